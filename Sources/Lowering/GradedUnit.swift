/// What a rate unit of microcode holds beyond the fixed registers: how its membrane becomes the value of a graded spike.
///
///     v ← u + bias                                            (u: what arrives in this step; nothing is kept)
///     value = (v · m + 2^(shift - 1)) >> shift                (m: `multiplier` where v > 0, else `multiplierBelow`; half up)
///     sent as a graded spike, cut to ±`largest`, unless it is 0
///
/// A product of 24 and 16 bits and a shift: Loihi 2's microcode multiplies and shifts (MUL_SHR, Intel technology brief 2021, from memory);
/// how wide its factors are is not public.
public struct GradedUnit: Hashable, Sendable {
    /// Bits of a multiplier beside the sign.
    public static let multiplierBits = 15
    /// A product of 32 and 16 bits leaves nothing beyond them.
    public static let shifts = 0...47

    public var multiplier: Int
    /// 0 for a rectifier; the negative slope times `multiplier`.
    public var multiplierBelow: Int
    public var shift: Int
    public var largest: Int

    public init(multiplier: Int, multiplierBelow: Int, shift: Int, largest: Int) {
        self.multiplier = multiplier
        self.multiplierBelow = multiplierBelow
        self.shift = shift
        self.largest = largest
    }
}
