//! An enum of models answers as the model inside: written once for all of them.

/// `impl Parametric` for an enum whose every variant holds something that is [`Parametric`](super::Parametric).
macro_rules! parametric_of_any {
    ($Any:ident { $($Variant:ident),+ $(,)? }) => {
        impl $crate::model::Parametric for $Any {
            fn name(&self) -> &'static str {
                match self {
                    $(Self::$Variant(model) => model.name()),+
                }
            }

            fn id(&self) -> &'static str {
                match self {
                    $(Self::$Variant(model) => model.id()),+
                }
            }

            fn names(&self) -> Vec<String> {
                match self {
                    $(Self::$Variant(model) => model.names()),+
                }
            }

            fn parameters(&self) -> Vec<f64> {
                match self {
                    $(Self::$Variant(model) => model.parameters()),+
                }
            }

            fn with_parameters(&self, parameters: &[f64]) -> $crate::Result<Self> {
                Ok(match self {
                    $(Self::$Variant(model) => Self::$Variant(model.with_parameters(parameters)?)),+
                })
            }

            fn coordinates(&self) -> Vec<$crate::model::Coordinate> {
                match self {
                    $(Self::$Variant(model) => model.coordinates()),+
                }
            }

            fn shifted_by(&self, process: $crate::features::Process) -> Option<Vec<f64>> {
                match self {
                    $(Self::$Variant(model) => model.shifted_by(process)),+
                }
            }

            fn settings(&self) -> Vec<(&'static str, f64)> {
                match self {
                    $(Self::$Variant(model) => model.settings()),+
                }
            }

            fn with_setting(&self, setting: &str, value: f64) -> $crate::Result<Self> {
                Ok(match self {
                    $(Self::$Variant(model) => Self::$Variant(model.with_setting(setting, value)?)),+
                })
            }
        }
    };
}
pub(super) use parametric_of_any;
