//! 6. The second road: regressions on what each customer did by earlier origins and what they then did.

mod design;

pub use design::{
    AttributeCoding, BaseForecast, Design, DesignColumn, Schema, TrainingWindow, TrainingWindows,
    WindowOptions, horizon_in_ticks,
};
