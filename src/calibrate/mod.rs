//! 7. What past origins teach of every road alike: levels of totals, laws that hold, weights of a joint forecast.
