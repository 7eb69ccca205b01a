/// The exponential function of the SpiNNaker library (spinn_common, `expk.c`), bit for bit.
///
/// About 16 bits are good: decays differ from the true exponential by up to 131,070 units of 2⁻³², so a true exponential must never
/// take its place.
public enum LibraryExponential {
    /// e^`argument`, s16.15 in and out; 0x7FFFFFFF above the range, 0 below it.
    public static func accum(_ argument: Int64) -> Int32 {
        switch argument {
        case (largest + 1)...: .max
        case ..<smallest: 0
        default: Int32(truncatingIfNeeded: wide(argument) >> 17)
        }
    }

    /// e^`argument` as u0.32; `argument` is s16.15 and negative where it makes sense.
    public static func fraction(_ argument: Int64) -> UInt32 {
        switch argument {
        case (largest + 1)...: 0x7FFF_FFFF
        case ..<smallest: 0
        default: UInt32(truncatingIfNeeded: wide(argument))
        }
    }

    private static let largest: Int64 = 363_408
    private static let smallest: Int64 = -340_695

    /// round(e^z · 2³²) for z = -13…12.
    private static let wholePowers: [UInt64] = [
        9708, 26389, 71733, 194_991, 530_041, 1_440_801, 3_916_503, 10_646_160, 28_939_262, 78_665_070, 213_833_830, 581_260_615,
        1_580_030_169, 4_294_967_296, 11_674_931_555, 31_735_754_293, 86_266_724_208, 234_497_268_814, 637_429_664_642, 1_732_713_474_316,
        4_710_003_551_159, 12_803_117_065_094, 34_802_480_465_680, 94_602_950_235_157, 257_157_480_542_844, 699_026_506_411_923,
    ]

    /// round((1 - e^(-i/16)) · 2³²) for i = 0…15.
    private static let sixteenths: [UInt64] = [
        0, 260_218_914, 504_671_961, 734_314_346, 950_043_403, 1_152_702_096, 1_343_082_321, 1_521_927_990, 1_689_937_949, 1_847_768_698,
        1_996_036_966, 2_135_322_113, 2_266_168_400, 2_389_087_112, 2_504_558_555, 2_613_033_936,
    ]

    /// u32.32 of an argument within range.
    private static func wide(_ argument: Int64) -> UInt64 {
        var whole = argument >> 15
        var rest = argument - (whole << 15)
        if rest == 0 { return wholePowers[Int(whole + 13)] }
        // From the next whole power downwards: sixteenths from a table, the remainder by a quadratic.
        whole += 1
        rest = 32768 - rest
        var result = wholePowers[Int(whole + 13)]
        result -= scaled(result, sixteenths[Int(rest >> 11)])
        let y = UInt64(rest & 0x7FF) << 17
        let small = (((4_293_434_720 - ((2_081_624_032 * y) >> 32)) * y) >> 32) + 5294
        return result - scaled(result, small)
    }

    /// A u32.32 number times a u0.32 one: the low half rounded, the high half whole.
    private static func scaled(_ value: UInt64, _ factor: UInt64) -> UInt64 {
        (((value & 0xFFFF_FFFF) * factor + (1 << 31)) >> 32) + (value >> 32) * factor
    }
}
