//! The program: see the library for its floors.

fn main() {}
