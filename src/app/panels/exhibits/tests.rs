//! The panel, driven without a window.
