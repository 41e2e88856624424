//! Promises of sparse coding: the optimum is a reference solver's, a planted dictionary is found, and the stage after
//! the training moves atoms and nothing else.

mod lasso;
mod learning;
mod stage;
