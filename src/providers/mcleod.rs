//! McLeod.
