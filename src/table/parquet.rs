//! Tables as Parquet: typed columns, a row group at a time.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, Type};

use super::{Chunk, Kind, TableWriter, Values};
use crate::output::Output;
use crate::units::{Grain, Tick};
use crate::{Error, Result};

/// Days from 1970-01-01, where Parquet counts from, to 2000-01-01, where ticks are counted from.
const EPOCH: i32 = 10_957;

/// An open Parquet file.
pub(super) struct ParquetWriter {
    path: PathBuf,
    writer: SerializedFileWriter<Output>,
}

impl ParquetWriter {
    pub fn new(output: Output, kinds: &[(String, Kind)]) -> Result<Self> {
        let path = output.path().to_path_buf();
        let new = || {
            let fields = kinds.iter().map(|(name, kind)| Ok(Arc::new(field(name, *kind)?)));
            let fields: Vec<_> = fields.collect::<Result<_, ParquetError>>()?;
            let schema = Type::group_type_builder("table").with_fields(fields).build()?;
            SerializedFileWriter::new(output, Arc::new(schema), Arc::new(properties(kinds)?))
        };
        let writer = new().map_err(|e| failed(&path, e))?;
        Ok(Self { path, writer })
    }

    pub fn write(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        for start in (0..chunk.rows()).step_by(TableWriter::ROW_GROUP) {
            let rows = start..chunk.rows().min(start + TableWriter::ROW_GROUP);
            self.row_group(chunk, rows).map_err(|e| failed(&self.path, e))?;
        }
        Ok(())
    }

    fn row_group(&mut self, chunk: &Chunk<'_>, rows: Range<usize>) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for (_, values) in &chunk.columns {
            let Some(mut column) = group.next_column()? else { break };
            // In batches, so that what is converted for it stays small.
            for start in rows.clone().step_by(BATCH) {
                batch(&mut column, values, start..rows.end.min(start + BATCH))?;
            }
            column.close()?;
        }
        group.close().map(drop)
    }

    pub fn finish(self) -> Result<Output> {
        self.writer.into_inner().map_err(|e| failed(&self.path, e))
    }
}

/// Rows converted at one time.
const BATCH: usize = 1 << 14;

fn batch(
    column: &mut SerializedColumnWriter<'_>,
    values: &Values<'_>,
    rows: Range<usize>,
) -> Result<(), ParquetError> {
    let text = |text: &str| ByteArray::from(text.as_bytes().to_vec());
    match values {
        Values::Text(values) => {
            let texts: Vec<_> = values[rows].iter().map(|value| text(value)).collect();
            column.typed::<ByteArrayType>().write_batch(&texts, None, None)
        }
        Values::Ids(ids, range) => {
            let rows = range.start + rows.start..range.start + rows.end;
            let texts: Vec<_> = ids.range(rows).map(text).collect();
            column.typed::<ByteArrayType>().write_batch(&texts, None, None)
        }
        Values::Whole(values) => whole(column, values[rows].iter().map(|&value| Ok(i64::from(value)))),
        Values::Count(values) => whole(column, values[rows].iter().map(|&value| signed(value))),
        Values::OptionalCount(values) => {
            let there = values[rows.clone()].iter().copied().flatten();
            let there: Vec<i64> = there.map(signed).collect::<Result<_, _>>()?;
            column.typed::<Int64Type>().write_batch(&there, Some(&levels(&values[rows])), None)
        }
        Values::Flag(values) => column.typed::<BoolType>().write_batch(&values[rows], None, None),
        Values::Real(values) => column.typed::<DoubleType>().write_batch(&values[rows], None, None),
        Values::Optional(values) => {
            let there: Vec<f64> = values[rows.clone()].iter().copied().flatten().collect();
            column.typed::<DoubleType>().write_batch(&there, Some(&levels(&values[rows])), None)
        }
        Values::Money(values) => {
            let units: Vec<f64> = values[rows].iter().map(|value| value.to_f64()).collect();
            column.typed::<DoubleType>().write_batch(&units, None, None)
        }
        Values::Moments(Grain::Day, values) => {
            let days: Vec<i32> = values[rows].iter().map(|tick| tick.0.saturating_add(EPOCH)).collect();
            column.typed::<Int32Type>().write_batch(&days, None, None)
        }
        Values::Moments(grain, values) => {
            whole(column, values[rows].iter().map(|&tick| Ok(micros(*grain, tick))))
        }
    }
    .map(drop)
}

/// Which of some values are there, as Parquet tells it.
fn levels<T>(values: &[Option<T>]) -> Vec<i16> {
    values.iter().map(|value| i16::from(value.is_some())).collect()
}

fn signed(count: u64) -> Result<i64, ParquetError> {
    i64::try_from(count).map_err(|_| ParquetError::General("a count beyond 2⁶³".into()))
}

fn whole(
    column: &mut SerializedColumnWriter<'_>,
    values: impl Iterator<Item = Result<i64, ParquetError>>,
) -> Result<usize, ParquetError> {
    let values: Vec<i64> = values.collect::<Result<_, _>>()?;
    column.typed::<Int64Type>().write_batch(&values, None, None)
}

/// Microseconds since 1970 at the beginning of a tick.
fn micros(grain: Grain, tick: Tick) -> i64 {
    let per_tick = 86_400 / i64::from(grain.ticks_per_day());
    (i64::from(tick.0) * per_tick + i64::from(EPOCH) * 86_400) * 1_000_000
}

/// Plain types that every reader knows: whole numbers as signed 64 bits, money as floating point.
fn field(name: &str, kind: Kind) -> Result<Type, ParquetError> {
    let (physical, logical) = match kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Whole | Kind::OptionalWhole => (Physical::INT64, None),
        Kind::Flag => (Physical::BOOLEAN, None),
        Kind::Real | Kind::Optional => (Physical::DOUBLE, None),
        Kind::Date => (Physical::INT32, Some(LogicalType::Date)),
        Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(false, TimeUnit::MICROS))),
    };
    let optional = matches!(kind, Kind::Optional | Kind::OptionalWhole);
    let repetition = if optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    Type::primitive_type_builder(name, physical)
        .with_repetition(repetition)
        .with_logical_type(logical)
        .build()
}

/// Dictionaries pay for whole numbers and dates; texts and reals are nearly all different.
fn properties(kinds: &[(String, Kind)]) -> Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("ltv ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for (name, kind) in kinds {
        let repeats = matches!(kind, Kind::Whole | Kind::OptionalWhole | Kind::Date | Kind::Time);
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(name.as_str()), repeats);
    }
    Ok(properties.build())
}

fn failed(path: &std::path::Path, error: ParquetError) -> Error {
    let source = match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(inner) => *inner,
            Err(inner) => io::Error::other(inner),
        },
        other => io::Error::other(other),
    };
    Error::io("write", path, source)
}
