//! 10. What to show: one page for the owner of the shop, in four languages.
