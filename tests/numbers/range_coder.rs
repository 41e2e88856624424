//! A range coder, which packs symbols into as few bytes as their counts allow: it shows that the sizes that are computed
//! for compressed codes can be had. After G. N. N. Martin, "Range encoding", 1979, in the form with carries.

/// Below this width the range is widened by a byte.
const NARROW: u32 = 1 << 24;

/// Writes symbols.
#[derive(Default)]
pub struct Encoder {
    low: u64,
    width: u32,
    /// The last byte that a carry may still change, and how many bytes of ones follow it.
    held: Option<u8>,
    ones: usize,
    bytes: Vec<u8>,
}

impl Encoder {
    pub fn new() -> Self {
        Self { width: u32::MAX, ..Self::default() }
    }

    /// Writes a symbol that has this place among the counts.
    pub fn write(&mut self, counts: &[u32], symbol: usize) {
        let total: u32 = counts.iter().sum();
        let below: u32 = counts[..symbol].iter().sum();
        let unit = self.width / total;
        self.low += u64::from(unit) * u64::from(below);
        self.width = unit * counts[symbol];
        while self.width < NARROW {
            self.width <<= 8;
            self.shift();
        }
    }

    /// All bytes.
    pub fn finish(mut self) -> Vec<u8> {
        (0..5).for_each(|_| self.shift());
        self.bytes
    }

    fn shift(&mut self) {
        let (carry, top) = ((self.low >> 32) as u8, (self.low >> 24) as u8);
        if carry == 0 && top == 0xff {
            self.ones += 1;
        } else {
            if let Some(held) = self.held {
                self.bytes.push(held.wrapping_add(carry));
            }
            self.bytes.extend(std::iter::repeat_n(0xff_u8.wrapping_add(carry), self.ones));
            (self.held, self.ones) = (Some(top), 0);
        }
        self.low = (self.low << 8) & 0xffff_ffff;
    }
}

/// Reads them again.
pub struct Decoder<'a> {
    bytes: std::slice::Iter<'a, u8>,
    code: u32,
    width: u32,
}

impl<'a> Decoder<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self { bytes: bytes.iter(), code: 0, width: u32::MAX };
        (0..4).for_each(|_| decoder.code = decoder.code << 8 | decoder.next());
        decoder
    }

    pub fn read(&mut self, counts: &[u32]) -> usize {
        let unit = self.width / counts.iter().sum::<u32>();
        let place = self.code / unit;
        let mut below = 0;
        let mut symbol = 0;
        while below + counts[symbol] <= place && symbol + 1 < counts.len() {
            below += counts[symbol];
            symbol += 1;
        }
        self.code -= unit * below;
        self.width = unit * counts[symbol];
        while self.width < NARROW {
            self.width <<= 8;
            self.code = self.code << 8 | self.next();
        }
        symbol
    }

    fn next(&mut self) -> u32 {
        u32::from(self.bytes.next().copied().unwrap_or(0))
    }
}
