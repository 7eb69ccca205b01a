import Chips
import Diagnostics

/// What an `EmulatedMachine` can compute of all that a description can state: sums in 32 bits, weights in 16, delays in 8.
enum MachineLimits {
    /// Everything of a chip that is beyond the machine.
    static func faults(of chip: Chip) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        func check(_ name: String, _ value: ClosedRange<Int>, within limit: ClosedRange<Int>) {
            if value.lowerBound >= limit.lowerBound, value.upperBound <= limit.upperBound { return }
            let (stated, allowed) = (text(value), text(limit))
            faults.append(
                Diagnostic(
                    "target-range", "the chip '\(chip.name)' has '\(name)' of \(stated), and the emulated machine computes \(allowed)",
                    at: chip.place, help: "stay within \(allowed), which the machine's integers hold"))
        }
        func check(_ name: String, _ value: Int, within limit: ClosedRange<Int>) { check(name, value...value, within: limit) }

        let formats = chip.formats
        let widest = formats.weight.bits.last ?? 1
        check("formats.weight.bits", widest, within: 1...15)
        check("formats.weight.exponent", formats.weight.exponent, within: -15...30 - min(widest, 30))
        check("formats.weight.shift", formats.weight.shift, within: 0...24)
        check("formats.delay", formats.delay, within: 0...255)
        // A chip whose shortest delay or hold is not 0 would need a register value for none.
        check("formats.delay[0]", formats.delay.lowerBound, within: 0...0)
        check("formats.refractory[0]", formats.refractory.lowerBound, within: 0...0)
        if !formats.threshold.exponent.contains(0) { check("formats.threshold.exponent", formats.threshold.exponent, within: 0...0) }
        check("formats.threshold.mantissa", formats.threshold.mantissa, within: mantissas(shiftedBy: formats.threshold.shift))
        let biasShift = formats.bias.exponent.upperBound + formats.bias.shift
        if biasShift < 0 { check("formats.bias.exponent", formats.bias.exponent, within: -formats.bias.shift...31) }
        check("formats.bias.mantissa", formats.bias.mantissa, within: mantissas(shiftedBy: max(biasShift, 0)))
        switch chip.arithmetic {
        case .integerCurrent(let arithmetic):
            check("arithmetic.integer_current.state_bits", arithmetic.stateBits, within: 4...30)
            if let bits = arithmetic.accumulatorBits { check("arithmetic.integer_current.accumulator_bits", bits, within: 4...31) }
        case .fixedPoint, .analog: faults.append(otherArithmetic(chip))
        case .floatingPoint: break
        }
        return faults
    }

    /// The arithmetic of another machine than this one.
    private static func otherArithmetic(_ chip: Chip) -> Diagnostic {
        Diagnostic(
            "target-arithmetic",
            "the chip '\(chip.name)' is of the family '\(chip.family)', whose machine computes 'integer_current', and its arithmetic is another",
            at: chip.place, help: "write 'family: spinnaker' for 'fixed_point'")
    }

    /// Mantissas that stay within 32 bits when shifted.
    private static func mantissas(shiftedBy shift: Int) -> ClosedRange<Int> {
        let room = Int(Int32.max) >> min(shift, 62)
        return -room...room
    }

    private static func text(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)...\(range.upperBound)"
    }
}
