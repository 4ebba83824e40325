//! 6. The second road: regressions on what each customer did by earlier origins and what they then did.
