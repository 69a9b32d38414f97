//! The recorder on the visitor's page.
