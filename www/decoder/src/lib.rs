//! Decodes a stored recording for the player.
