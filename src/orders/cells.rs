//! The values of a Parquet column, whatever their type.

use std::fmt::Write;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescriptor;

use super::DecimalMark;
use super::amounts::{self, Amount, text_of};
use super::columns::Role;
use super::dates::{EPOCH_2000, Stamp};
use crate::units::Money;

/// What the values of a column mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Truth,
    /// Sixteen bytes, written as people know them.
    Uuid,
    Whole,
    Unsigned,
    Real,
    /// Whole numbers of so many decimals.
    Decimal(i32),
    Day,
    /// So many steps a second; whether counted in UTC.
    Moment(i64, bool),
    /// The 96-bit timestamps of Spark and Impala, in UTC as Spark writes them.
    Int96,
}

impl Kind {
    /// What a column means by its type; `None` for what no role can use.
    pub fn of(column: &ColumnDescriptor) -> Option<Self> {
        let scale = match column.logical_type_ref() {
            Some(LogicalType::Decimal(decimal)) => Some(decimal.scale),
            _ if column.converted_type() == ConvertedType::DECIMAL => Some(column.type_scale()),
            _ => None,
        };
        let moment = match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Timestamp(stamp)), _) => Some(Self::Moment(
                match stamp.unit {
                    TimeUnit::MILLIS => 1_000,
                    TimeUnit::MICROS => 1_000_000,
                    TimeUnit::NANOS => 1_000_000_000,
                },
                stamp.is_adjusted_to_u_t_c,
            )),
            (_, ConvertedType::TIMESTAMP_MILLIS) => Some(Self::Moment(1_000, true)),
            (_, ConvertedType::TIMESTAMP_MICROS) => Some(Self::Moment(1_000_000, true)),
            _ => None,
        };
        match (column.physical_type(), scale, moment) {
            (Type::INT32 | Type::INT64 | Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY, Some(scale), _) => {
                Some(Self::Decimal(scale))
            }
            (Type::INT64, None, Some(moment)) => Some(moment),
            (Type::INT32, None, None) if column.converted_type() == ConvertedType::DATE => Some(Self::Day),
            (Type::INT32 | Type::INT64, None, None) => match column.converted_type() {
                ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64 => Some(Self::Unsigned),
                ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS => None,
                _ => Some(Self::Whole),
            },
            (Type::FLOAT | Type::DOUBLE, ..) => Some(Self::Real),
            (Type::BYTE_ARRAY, ..) => Some(Self::Text),
            (Type::INT96, ..) => Some(Self::Int96),
            (Type::BOOLEAN, ..) => Some(Self::Truth),
            (Type::FIXED_LEN_BYTE_ARRAY, ..) if column.logical_type_ref() == Some(&LogicalType::Uuid) => {
                Some(Self::Uuid)
            }
            _ => None,
        }
    }

    /// Whether a column of this kind can play a role; truth values can play none.
    pub const fn fits(self, role: Role) -> bool {
        let time = matches!(self, Self::Day | Self::Moment(..) | Self::Int96);
        match role {
            _ if matches!(self, Self::Truth) => false,
            Role::Date => !matches!(self, Self::Uuid),
            Role::Customer | Role::Order => !time,
            _ => !time && !matches!(self, Self::Uuid),
        }
    }
}

/// One value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    Missing,
    Text(&'a [u8]),
    Whole(i64),
    Real(f64),
    /// A whole number and how many of its digits are decimals.
    Decimal(i128, i32),
    Moment(Stamp),
}

impl<'a> Cell<'a> {
    /// As bytes of text, written out where it is none; `None` if there is nothing.
    pub fn written<'b>(self, buffer: &'b mut String) -> Option<&'b [u8]>
    where
        'a: 'b,
    {
        if let Cell::Text(text) = self {
            return Some(text);
        }
        buffer.clear();
        match self {
            Cell::Missing | Cell::Text(_) => return None,
            Cell::Whole(value) => write!(buffer, "{value}"),
            Cell::Real(value) if value.is_nan() => return None,
            Cell::Real(value) => write!(buffer, "{value}"),
            Cell::Decimal(value, 0) => write!(buffer, "{value}"),
            Cell::Decimal(value, scale) => {
                let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale.max(0) as usize + 1);
                let (whole, rest) = digits.split_at(digits.len() - scale.max(0) as usize);
                let sign = if value < 0 { "-" } else { "" };
                write!(buffer, "{sign}{whole}.{rest}")
            }
            Cell::Moment(stamp) => {
                let moment = jiff::Timestamp::from_second(stamp.clock() + EPOCH_2000).unwrap_or_default();
                write!(buffer, "{moment}")
            }
        }
        .ok()?;
        Some(buffer.as_bytes())
    }

    /// As people see it.
    pub fn shown(self) -> String {
        let mut buffer = String::new();
        self.written(&mut buffer).map_or(String::new(), |text| text_of(text).into_owned())
    }

    /// As an amount, to the millionth.
    pub fn amount(self, mark: Option<DecimalMark>) -> Amount {
        let micros = match self {
            Cell::Missing | Cell::Moment(_) => return Amount::Missing,
            Cell::Text(text) => return amounts::read(text, mark),
            Cell::Real(value) if value.is_nan() => return Amount::Missing,
            Cell::Real(value) => return Money::from_f64(value).map_or(Amount::Unreadable, Amount::Of),
            Cell::Whole(value) => value.checked_mul(Money::PER_UNIT),
            Cell::Decimal(value, scale) => {
                amounts::scaled(value, 6 - scale).and_then(|micros| i64::try_from(micros).ok())
            }
        };
        micros.map_or(Amount::Unreadable, |micros| Amount::Of(Money::from_micros(micros)))
    }
}

/// A column under way: some of its values, and which rows have none.
pub(super) struct Column {
    reader: ColumnReader,
    kind: Kind,
    most: i16,
    levels: Vec<i16>,
    /// For each row, which of the values is its own.
    index: Vec<u32>,
    values: Values,
}

/// Which row has no value.
const NONE: u32 = u32::MAX;

enum Values {
    Truth(Vec<bool>),
    Whole32(Vec<i32>),
    Whole64(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

impl Column {
    /// A column whose values stand where the definition level is the highest.
    pub fn new(reader: ColumnReader, kind: Kind, most: i16) -> Self {
        let values = match reader {
            ColumnReader::Int32ColumnReader(_) => Values::Whole32(Vec::new()),
            ColumnReader::BoolColumnReader(_) => Values::Truth(Vec::new()),
            ColumnReader::Int64ColumnReader(_) => Values::Whole64(Vec::new()),
            ColumnReader::Int96ColumnReader(_) => Values::Int96(Vec::new()),
            ColumnReader::FloatColumnReader(_) => Values::Float(Vec::new()),
            ColumnReader::DoubleColumnReader(_) => Values::Double(Vec::new()),
            ColumnReader::ByteArrayColumnReader(_) => Values::Bytes(Vec::new()),
            ColumnReader::FixedLenByteArrayColumnReader(_) => Values::Fixed(Vec::new()),
        };
        Self { reader, kind, most, levels: Vec::new(), index: Vec::new(), values }
    }

    /// Takes the next rows.
    pub fn fill(&mut self, count: usize) -> Result<()> {
        self.levels.clear();
        let levels = &mut self.levels;
        match (&mut self.reader, &mut self.values) {
            (ColumnReader::BoolColumnReader(reader), Values::Truth(values)) => {
                take(reader, levels, values, count)
            }
            (ColumnReader::Int32ColumnReader(reader), Values::Whole32(values)) => {
                take(reader, levels, values, count)
            }
            (ColumnReader::Int64ColumnReader(reader), Values::Whole64(values)) => {
                take(reader, levels, values, count)
            }
            (ColumnReader::Int96ColumnReader(reader), Values::Int96(values)) => {
                take(reader, levels, values, count)
            }
            (ColumnReader::FloatColumnReader(reader), Values::Float(values)) => {
                take(reader, levels, values, count)
            }
            (ColumnReader::DoubleColumnReader(reader), Values::Double(values)) => {
                take(reader, levels, values, count)
            }
            (ColumnReader::ByteArrayColumnReader(reader), Values::Bytes(values)) => {
                take(reader, levels, values, count)
            }
            (ColumnReader::FixedLenByteArrayColumnReader(reader), Values::Fixed(values)) => {
                take(reader, levels, values, count).inspect(|()| {
                    if self.kind == Kind::Uuid {
                        values.iter_mut().for_each(|value| *value = spelled(value.data()).into());
                    }
                })
            }
            _ => Err(ParquetError::General("a column whose type is not that of its values".into())),
        }?;
        self.index.clear();
        if self.most == 0 {
            self.index.extend(0..count as u32);
        } else {
            let mut next = 0;
            self.index.extend(self.levels.iter().map(|&level| {
                if level == self.most {
                    next += 1;
                    next - 1
                } else {
                    NONE
                }
            }));
        }
        if self.index.len() < count {
            return Err(ParquetError::General("a column has fewer values than the file has rows".into()));
        }
        Ok(())
    }

    /// The value of a row.
    pub fn cell(&self, at: usize) -> Cell<'_> {
        let index = match self.index.get(at) {
            Some(&index) if index != NONE => index as usize,
            _ => return Cell::Missing,
        };
        let cell = match &self.values {
            Values::Truth(values) => values.get(index).map(|&value| Cell::Text(truth(value))),
            Values::Whole32(values) => values.get(index).map(|&value| self.whole32(value)),
            Values::Whole64(values) => values.get(index).map(|&value| self.whole64(value)),
            Values::Int96(values) => values.get(index).map(|value| moment(value.to_seconds(), true)),
            Values::Float(values) => values.get(index).map(|&value| Cell::Real(shortest(value))),
            Values::Double(values) => values.get(index).map(|&value| Cell::Real(value)),
            Values::Bytes(values) => values.get(index).map(|value| self.bytes(value.data())),
            Values::Fixed(values) => values.get(index).map(|value| self.bytes(value.data())),
        };
        cell.unwrap_or(Cell::Missing)
    }

    fn whole32(&self, value: i32) -> Cell<'_> {
        match self.kind {
            Kind::Unsigned => Cell::Whole(i64::from(value.cast_unsigned())),
            Kind::Day => moment(i64::from(value) * 86_400, false),
            Kind::Decimal(scale) => Cell::Decimal(i128::from(value), scale),
            _ => Cell::Whole(i64::from(value)),
        }
    }

    fn whole64(&self, value: i64) -> Cell<'_> {
        match self.kind {
            Kind::Unsigned if value < 0 => Cell::Decimal(i128::from(value.cast_unsigned()), 0),
            Kind::Moment(per_second, utc) => moment(value.div_euclid(per_second), utc),
            Kind::Decimal(scale) => Cell::Decimal(i128::from(value), scale),
            _ => Cell::Whole(value),
        }
    }

    fn bytes<'a>(&self, bytes: &'a [u8]) -> Cell<'a> {
        let Kind::Decimal(scale) = self.kind else { return Cell::Text(bytes) };
        // Two's complement, the highest byte first.
        let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
        let fill = if negative { 0xff } else { 0 };
        let (ahead, bytes) = bytes.split_at(bytes.len().saturating_sub(16));
        let mut whole = [fill; 16];
        whole[16 - bytes.len()..].copy_from_slice(bytes);
        if ahead.iter().all(|byte| *byte == fill) {
            Cell::Decimal(i128::from_be_bytes(whole), scale)
        } else {
            Cell::Real(f64::INFINITY)
        }
    }
}

fn take<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    levels: &mut Vec<i16>,
    values: &mut Vec<T::T>,
    count: usize,
) -> Result<()> {
    values.clear();
    let mut rows = 0;
    while rows < count {
        let (more, _, _) = reader.read_records(count - rows, Some(levels), None, values)?;
        if more == 0 {
            return Err(ParquetError::General("a column ends before the file".into()));
        }
        rows += more;
    }
    Ok(())
}

/// A truth value in words.
const fn truth(value: bool) -> &'static [u8] {
    if value { b"true" } else { b"false" }
}

/// A UUID in hexadecimal digits: 8-4-4-4-12.
fn spelled(bytes: &[u8]) -> ByteArray {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}"); // a string takes everything
    }
    text.into_bytes().into()
}

/// From seconds since 1970.
fn moment(seconds: i64, utc: bool) -> Cell<'static> {
    let seconds = seconds.saturating_sub(EPOCH_2000);
    match i32::try_from(seconds.div_euclid(86_400)) {
        Ok(days) => {
            Cell::Moment(Stamp { days, seconds: seconds.rem_euclid(86_400) as i32, offset: utc.then_some(0) })
        }
        // No date of any shop: unreadable rather than missing.
        Err(_) => Cell::Text(b"beyond all years"),
    }
}

/// The number a person wrote before it became a short float: 19.99, not 19.989999771118164.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}
