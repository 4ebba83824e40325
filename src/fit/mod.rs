//! 4. What the data say: maximum likelihood, its report and its uncertainty, and the model file.
