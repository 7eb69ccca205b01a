import Chips
import Diagnostics
import YAML

extension ChipReader {
    /// - Parameter hasRegisters: whether the arithmetic keeps decays, thresholds and biases in registers, whose formats must be stated.
    mutating func formats(_ node: Node, hasRegisters: Bool) -> NumberFormats? {
        var reader = MappingReader(node, of: "'formats' of the chip")
        let weight = reader.required("weight").flatMap { self.weight($0) }
        func register(_ key: String) -> Node? { hasRegisters ? reader.required(key) : reader.optional(key) }
        let isOptional = !hasRegisters
        let decay = register("decay").map { self.decay($0) } ?? (isOptional ? DecayFormat.none : nil)
        let threshold = register("threshold").map { self.mantissa($0, "threshold") } ?? (isOptional ? MantissaFormat.none : nil)
        let bias = register("bias").map { self.mantissa($0, "bias") } ?? (isOptional ? MantissaFormat.none : nil)
        let delay = reader.required("delay", .range(within: 0...1 << 20))
        let refractory = reader.required("refractory", .range(within: 0...1 << 20))
        let payloadBits = reader.value("payload_bits", .integer(atLeast: 0, atMost: 32), default: 0)
        reader.finish(into: &collector)
        guard let weight, let decay, let threshold, let bias, let delay, let refractory else { return nil }
        return NumberFormats(
            weight: weight, decay: decay, threshold: threshold, bias: bias, delay: delay, refractory: refractory, payloadBits: payloadBits)
    }

    private mutating func weight(_ node: Node) -> WeightFormat? {
        var reader = MappingReader(node, of: "format 'weight'")
        let bits = reader.required("bits", .widths(1...24))
        let exponent = reader.value("exponent", .range(within: -32...32), default: 0...0)
        let shift = reader.value("shift", .integer(atLeast: 0, atMost: 32), default: 0)
        let modes = reader.required("modes", .distinct(WeightFormat.SignMode.self))
        let scope = reader.value("scope", .choice(of: WeightFormat.Scope.self), default: .projection)
        let sign = reader.value("sign", .choice(of: WeightFormat.SignPlace.self), default: .mantissa)
        reader.finish(into: &collector)
        guard let bits, let modes else { return nil }
        return WeightFormat(bits: bits, exponent: exponent, shift: shift, modes: modes, scope: scope, sign: sign)
    }

    private mutating func decay(_ node: Node) -> DecayFormat? {
        var reader = MappingReader(node, of: "format 'decay'")
        let bits = reader.required("bits", .integer(atLeast: 1, atMost: 30))
        // An offset of `one` would decay everything at once.
        let offset = Reading<Int>.integer(atLeast: 0, atMost: (1 << (bits ?? 30)) - 1)
        let current = reader.value("current_offset", offset, default: 0)
        let membrane = reader.value("membrane_offset", offset, default: 0)
        reader.finish(into: &collector)
        return bits.map { DecayFormat(bits: $0, currentOffset: current, membraneOffset: membrane) }
    }

    private mutating func mantissa(_ node: Node, _ name: String) -> MantissaFormat? {
        var reader = MappingReader(node, of: "format '\(name)'")
        let mantissa = reader.required("mantissa", .range(within: -(1 << 31)...1 << 31))
        let exponent = reader.value("exponent", .range(within: -32...32), default: 0...0)
        let shift = reader.value("shift", .integer(atLeast: 0, atMost: 32), default: 0)
        reader.finish(into: &collector)
        return mantissa.map { MantissaFormat(mantissa: $0, exponent: exponent, shift: shift) }
    }

    mutating func arithmetic(_ node: Node) -> Arithmetic? {
        let kinds = ["integer_current", "analog", "fixed_point", "floating_point"]
        guard let variant = read(node, "'arithmetic' of the chip", .variant(among: kinds)) else { return nil }
        if variant.name == "analog" { return analog(variant.options) }
        if variant.name == "fixed_point" { return fixedPoint(variant.options) }
        if variant.name == "floating_point" {
            var reader = MappingReader(variant.options, of: "arithmetic 'floating_point'")
            let rounding = reader.value(
                "weight_rounding", .choice(of: FloatingPointArithmetic.WeightRounding.self), default: .towardZero)
            let gradedBits = reader.value("graded_bits", .integer(atLeast: 0, atMost: 32), default: 0)
            reader.finish(into: &collector)
            return .floatingPoint(FloatingPointArithmetic(weightRounding: rounding, gradedBits: gradedBits))
        }
        var reader = MappingReader(variant.options, of: "arithmetic 'integer_current'")
        let overflow = Reading<IntegerCurrentArithmetic.Overflow>.choice(of: IntegerCurrentArithmetic.Overflow.self)
        let stateBits = reader.required("state_bits", .integer(atLeast: 4, atMost: 48))
        let currentOverflow = reader.required("current_overflow", overflow)
        let membraneOverflow = reader.required("membrane_overflow", overflow)
        let accumulatorBits = reader.optional("accumulator_bits", .integer(atLeast: 4, atMost: 48))
        let driveWraps = reader.value("drive_wraps", .bool, default: false)
        let place = reader.value("exponent_applies_to", .choice(of: IntegerCurrentArithmetic.ExponentPlace.self), default: .sum)
        let truncation = reader.value(
            "negative_mixed_rounding", .choice(of: IntegerCurrentArithmetic.Truncation.self), default: .towardZero)
        let resets = reader.required("resets", .distinct(IntegerCurrentArithmetic.Reset.self))
        let adaptiveThreshold = reader.value("adaptive_threshold", .bool, default: false)
        let gradedBits = reader.value("graded_bits", .integer(atLeast: 0, atMost: 32), default: 0)
        reader.finish(into: &collector)
        guard let stateBits, let currentOverflow, let membraneOverflow, let resets else { return nil }
        return .integerCurrent(
            IntegerCurrentArithmetic(
                stateBits: stateBits, currentOverflow: currentOverflow, membraneOverflow: membraneOverflow,
                accumulatorBits: accumulatorBits,
                driveWraps: driveWraps, exponentAppliesTo: place, negativeMixedRounding: truncation, resets: resets,
                adaptiveThreshold: adaptiveThreshold, gradedBits: gradedBits))
    }

    private mutating func fixedPoint(_ options: Node) -> Arithmetic? {
        var reader = MappingReader(options, of: "arithmetic 'fixed_point'")
        let cells = reader.required("cells", .distinct(FixedPointArithmetic.Cell.self))
        let substeps = reader.value("substeps", .integer(atLeast: 1, atMost: 1024), default: 1)
        let colourBits = reader.required("colour_bits", .integer(atLeast: 0, atMost: 8))
        let ringBufferBits = reader.required("ring_buffer_bits", .integer(atLeast: 2, atMost: 16))
        let stages = reader.required("delay_stages", .integer(atLeast: 0, atMost: 255))
        let rate = reader.required("expected_rate", .real(above: 0))
        let deviations = reader.required("expected_deviations", .real(atLeast: 0))
        reader.finish(into: &collector)
        guard let cells, let colourBits, let ringBufferBits, let stages, let rate, let deviations else { return nil }
        return .fixedPoint(
            FixedPointArithmetic(
                cells: cells, substeps: substeps, colourBits: colourBits, ringBufferBits: ringBufferBits, delayStages: stages,
                expectedRate: rate, expectedDeviations: deviations))
    }

    mutating func costs(_ node: Node) -> Costs? {
        var reader = MappingReader(node, of: "'costs' of the chip")
        var costs = Costs()
        if let events = reader.optional("events") {
            var eventReader = MappingReader(events, of: "'events' of 'costs'", keys: "event")
            for event in Costs.Event.allCases {
                guard let node = eventReader.optional(event.rawValue) else { continue }
                var costReader = MappingReader(node, of: "cost '\(event.rawValue)'")
                let energy = costReader.required("energy", .quantity(in: "J", atLeast: 0))
                let time = costReader.required("time", .quantity(in: "s", atLeast: 0))
                costReader.finish(into: &collector)
                if let energy, let time { costs.events[event] = Costs.Cost(energy: energy, time: time) }
            }
            eventReader.finish(into: &collector)
        }
        if let barrier = reader.optional("barrier") {
            var barrierReader = MappingReader(barrier, of: "'barrier' of 'costs'")
            let minimum = barrierReader.required("minimum", .quantity(in: "s", atLeast: 0))
            let maximum = barrierReader.required("maximum", .quantity(in: "s", atLeast: 0))
            let tiles = barrierReader.required("tiles", .integer(atLeast: 1, atMost: Self.mostCores))
            barrierReader.finish(into: &collector)
            if let minimum, let maximum, let tiles {
                if minimum > maximum {
                    collector.report(
                        Diagnostic(
                            "chip-barrier-order", "the barrier takes longer for one tile (\(minimum) s) than for all (\(maximum) s)",
                            at: barrier.place,
                            help: "swap 'minimum' and 'maximum'"))
                }
                (costs.barrierMinimum, costs.barrierMaximum, costs.barrierTiles) = (minimum, maximum, tiles)
            }
        }
        if let power = reader.optional("power") {
            var powerReader = MappingReader(power, of: "'power' of 'costs'")
            costs.power.chip = powerReader.value("chip", .quantity(in: "W", atLeast: 0), default: 0)
            costs.power.core = powerReader.value("core", .quantity(in: "W", atLeast: 0), default: 0)
            powerReader.finish(into: &collector)
        }
        reader.finish(into: &collector)
        return costs
    }
}
