//! Five numbers, each beside a floor measured in the same run.

fn main() {}
