//! Hashes that are the same on every machine: to deal things out at random, and to tell data apart. Not against anybody who wants them to agree.

/// The finaliser of splitmix64 (Steele, Lea & Flood 2014, OOPSLA, fig. 16) of a value moved on by its golden step: 64 bits that depend on all of the bits given.
#[must_use]
pub const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(STEP);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The golden step of splitmix64.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The number at a place, from 0 on, of the splitmix64 sequence of a seed: neighbours land anywhere.
#[must_use]
pub const fn nth(at: u64, seed: u64) -> u64 {
    mix(seed.wrapping_add(at.wrapping_mul(STEP)))
}

/// The number in [0, 1) that 64 even bits make: the upper 53 of them times 2⁻⁵³, as an `f64` holds no more. Every multiple of 2⁻⁵³ is equally likely.
#[must_use]
pub const fn uniform(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// A running hash of a sequence of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hash(u64);

impl Hash {
    /// Of nothing yet; different seeds make different hashes.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// Takes in a value.
    #[must_use]
    pub const fn with(self, value: u64) -> Self {
        Self(mix(self.0 ^ value).wrapping_add(self.0.rotate_left(23)))
    }

    /// Takes in bytes, and how many there are.
    #[must_use]
    pub fn with_bytes(self, bytes: &[u8]) -> Self {
        let words = bytes.chunks(8).map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        });
        words.fold(self, Self::with).with(bytes.len() as u64)
    }

    /// The hash of what was taken in.
    #[must_use]
    pub const fn value(self) -> u64 {
        mix(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of splitmix64 from the seed 1234567, as Rosetta Code lists them.
    #[test]
    fn mixed_steps_are_splitmix64() {
        let made: Vec<u64> = (0..3).map(|at| nth(at, 1_234_567)).collect();
        assert_eq!(made, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn bits_make_numbers_from_0_to_just_below_1() {
        assert_eq!(uniform(0), 0.0);
        assert_eq!(uniform(1 << 63), 0.5);
        assert_eq!(uniform(u64::MAX), 1.0 - f64::EPSILON / 2.0);
        let mean = (0..10_000).map(|at| uniform(nth(at, 7))).sum::<f64>() / 1e4;
        assert!((mean - 0.5).abs() < 0.01, "{mean}"); // 3.5 standard errors
    }

    #[test]
    fn what_differs_in_order_or_length_has_another_hash() {
        let of = |texts: &[&str]| {
            texts.iter().fold(Hash::new(1), |hash, text| hash.with_bytes(text.as_bytes())).value()
        };
        let all =
            [of(&["ab", "c"]), of(&["a", "bc"]), of(&["c", "ab"]), of(&["ab", "c\0"]), of(&["abc"]), of(&[])];
        for (at, hash) in all.iter().enumerate() {
            assert!(!all[..at].contains(hash));
        }
        assert_ne!(Hash::new(1).value(), Hash::new(2).value());
    }
}
