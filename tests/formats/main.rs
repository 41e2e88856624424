//! Promises of what is read and written: recipes, data sets and figures.

#![cfg(test)]

mod data;
mod figures;
mod recipe;
