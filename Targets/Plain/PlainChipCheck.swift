import Chips
import Diagnostics

/// What the family's machine can compute of all that a description can state: sums in 32 bits, weights in 16, delays in 8.
enum PlainChipCheck {
    /// - Returns: the mesh and the arithmetic.
    static func check(_ chip: Chip) throws(DiagnosticsError) -> (mesh: Mesh, arithmetic: IntegerCurrentArithmetic) {
        var faults = chip.fields.map { field in
            Diagnostic(
                "plain-field", "the chip '\(chip.name)' has the field '\(field.name)', and the family 'plain' has no fields",
                at: field.place ?? chip.place, help: "remove it, or say what it says by the kinds of the description")
        }
        let formats = chip.formats
        guard case .integerCurrent(let arithmetic) = chip.arithmetic, case .mesh(let mesh) = chip.topology else {
            preconditionFailure("bug: the family 'plain' does not know a kind of chip")
        }
        func check(_ name: String, _ value: ClosedRange<Int>, within limit: ClosedRange<Int>) {
            if value.lowerBound >= limit.lowerBound, value.upperBound <= limit.upperBound { return }
            let (stated, allowed) = (text(value), text(limit))
            faults.append(
                Diagnostic(
                    "plain-range", "the chip '\(chip.name)' has '\(name)' of \(stated), and the family 'plain' computes \(allowed)",
                    at: chip.place, help: "stay within \(allowed), which the integers of its machine hold"))
        }
        let widest = formats.weight.bits.last ?? 1
        check("formats.weight.bits", widest...widest, within: 1...15)
        check("formats.weight.exponent", formats.weight.exponent, within: -15...(30 - min(widest, 30)))
        check("formats.weight.shift", formats.weight.shift...formats.weight.shift, within: 0...24)
        check("formats.delay", formats.delay, within: 0...255)
        check("formats.delay[0]", formats.delay.lowerBound...formats.delay.lowerBound, within: 0...0)
        check("formats.refractory[0]", formats.refractory.lowerBound...formats.refractory.lowerBound, within: 0...0)
        check("arithmetic.integer_current.state_bits", arithmetic.stateBits...arithmetic.stateBits, within: 4...30)
        if let bits = arithmetic.accumulatorBits { check("arithmetic.integer_current.accumulator_bits", bits...bits, within: 4...31) }
        for (name, format) in [("threshold", formats.threshold), ("bias", formats.bias)] {
            let shifts = format.exponent.lowerBound + format.shift...format.exponent.upperBound + format.shift
            let used = name == "threshold" ? format.shift...format.shift : max(shifts.lowerBound, 0)...max(shifts.upperBound, 0)
            if name == "threshold", !format.exponent.contains(0) { check("formats.threshold.exponent", format.exponent, within: 0...0) }
            if name == "bias", shifts.upperBound < 0 { check("formats.bias.exponent", format.exponent, within: -format.shift...31) }
            let room = Int(Int32.max) >> min(used.upperBound, 62)
            check("formats.\(name).mantissa", format.mantissa, within: -room...max(room, 0))
        }
        if !faults.isEmpty { throw DiagnosticsError(faults) }
        return (mesh, arithmetic)
    }

    private static func text(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)...\(range.upperBound)"
    }
}
