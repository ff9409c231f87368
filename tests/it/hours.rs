//! The hours-of-service planner: worked examples, odd corners, and brute force.

mod brute;
mod cases;
mod examples;
mod large;
mod legal;
mod refusals;
mod stdin;
