//! Promises of sparse coding: the optimum is a reference solver's, a planted dictionary is found, and the stage after
//! the training moves atoms and nothing else.

#![cfg(test)]

#[path = "dictionary/lasso.rs"]
mod lasso;
#[path = "dictionary/learning.rs"]
mod learning;
#[path = "dictionary/stage.rs"]
mod stage;
