//! To come with the complete rules.
