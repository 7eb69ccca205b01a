import Chips
import Targets
import Testing

/// The law of a rate unit by hand: what it sums, what it sends, and what is cut.
@Suite struct GradedUnitTests {
    /// u takes what arrives times 64 and keeps nothing, in 24 bits; one = 4096.
    static let law: CompartmentLaw = {
        let formats = NumberFormats(
            weight: WeightFormat(bits: [8], exponent: -8...7, shift: 6, modes: [.mixed]),
            decay: DecayFormat(bits: 12, currentOffset: 1, membraneOffset: 0), threshold: MantissaFormat(mantissa: 0...131_071, shift: 6),
            bias: MantissaFormat(mantissa: -4095...4095, exponent: 0...7), delay: 0...62, refractory: 0...62, payloadBits: 8)
        let arithmetic = IntegerCurrentArithmetic(
            stateBits: 23, currentOverflow: .wrap, membraneOverflow: .saturate, accumulatorBits: nil, exponentAppliesTo: .sum,
            negativeMixedRounding: .floor, resets: [.zero], gradedBits: 24)
        return CompartmentLaw(arithmetic, formats: formats)
    }()

    /// Five rate units and, as the third of six, a spiking neuron of threshold 100.
    static func core() -> CompartmentRegisters {
        var registers = CompartmentRegisters(count: 6)
        // Registers that a rate unit's microcode does not look at.
        registers.currentFactor = [Int32](repeating: 4000, count: 6)
        registers.membraneFactor = [Int32](repeating: 4000, count: 6)
        registers.heldSteps = [Int32](repeating: 3, count: 6)
        registers.threshold = [Int32](repeating: 100, count: 6)
        registers.bias = [0, 0, 0, -100, 7, 0]
        var units = GradedRegisters(count: 6)
        units.isUnit = [true, true, false, true, true, true]
        units.multiplier = [3, 3, 0, 1, 1, 0]
        units.multiplierBelow = [0, 1, 0, -1, 0, 0]
        units.shift = [4, 4, 0, 0, 1, 0]
        units.largest = [1000, 1000, 0, 50, 8_388_607, 9]
        registers.setGraded(units)
        return registers
    }

    private static func step(
        _ state: inout CompartmentState, _ registers: CompartmentRegisters, _ arrivals: [Int32]
    ) throws -> (spikes: [Int32], values: [Int32]) {
        let spikes = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 6)
        let values = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 6)
        defer {
            spikes.deallocate()
            values.deallocate()
        }
        // Whole vectors are read.
        let padded = arrivals + [Int32](repeating: 0, count: 2)
        let count = padded.withUnsafeBufferPointer { arrivals in
            arrivals.baseAddress.map { state.step(registers, law: Self.law, arrivals: $0, spikes: spikes) } ?? 0
        }
        let sent = state.sendValues(try #require(registers.graded), spikes: spikes, count: count, values: values)
        return (Array(spikes[0..<sent]), Array(values[0..<sent]))
    }

    @Test func `values are membranes times a factor, rounded half up, and nothing is kept`() throws {
        let registers = Self.core()
        var state = CompartmentState(count: 6)
        // Membranes 64, -128, 128, -36, 64 + 7, 64.
        let first = try Self.step(&state, registers, [1, -2, 2, 1, 1, 1])
        #expect(state.membrane == [64, -128, 0, -36, 71, 64])
        // 64 · 3 / 16 = 12; -128 / 16 = -8; a plain spike; -36 · -1 = 36; 71 / 2 = 35.5, up; a factor of 0 sends nothing.
        #expect(first.spikes == [0, 1, 2, 3, 4])
        #expect(first.values == [12, -8, 1, 36, 36])
        // Nothing arrives: biases alone.
        let second = try Self.step(&state, registers, [0, 0, 0, 0, 0, 0])
        #expect(state.membrane == [0, 0, 0, -100, 7, 0])
        #expect(second.spikes == [3, 4])
        // 100 is cut to 50; 3.5 goes up.
        #expect(second.values == [50, 4])
        #expect(state.membraneOverflows == 1)
    }

    @Test func `sums wrap in the bits of the state, and large ones are sent`() throws {
        let registers = Self.core()
        var state = CompartmentState(count: 6)
        // 131,071 · 64 = 2^23 - 64 stays, 131,072 · 64 = 2^23 wraps to -2^23 and the membrane ends at -2^23 + 1.
        let sent = try Self.step(&state, registers, [131_072, 0, 0, 0, 131_071, 0])
        #expect(state.membrane == [-8_388_607, 0, 0, -100, 8_388_551, 0])
        #expect(sent.spikes == [3, 4] && sent.values == [50, 4_194_276])
    }

    @Test func `in single precision, values go to the nearest integer, ties to even`() {
        // membrane, decay, drive, threshold, reset, law, refractory, held, beta, …
        func unit(drive: Float, above: Float, below: Float, most: Float) -> [UInt32] {
            [0, 0, drive.bitPattern, most.bitPattern, above.bitPattern, 64, 0, 0, below.bitPattern, 0, 0, 0, 0, 0, 0, 0]
        }
        var core = FloatingPointCore([
            unit(drive: 0, above: 0.5, below: 0, most: 100), unit(drive: -8, above: 1, below: 0.25, most: 100),
            unit(drive: 1000, above: 1, below: 1, most: 100), unit(drive: -1, above: 1, below: 0, most: 100),
            unit(drive: 3e9, above: 1, below: 1, most: .infinity),
        ])
        #expect(core.sendsValues)
        var (spikes, values) = ([Int32](repeating: -1, count: 5), [Int32](repeating: -1, count: 5))
        let count = core.update([5, -2, 0, 0, 0, 0, 0, 0, 0, 0], spikes: &spikes, values: &values)
        // 2.5 → 2; -10 / 4 = -2.5 → -2; 1000 is cut; -1 sends nothing; what an Int32 cannot hold is its largest Float.
        #expect(Array(spikes[0..<count]) == [0, 1, 2, 4] && Array(values[0..<count]) == [2, -2, 100, 2_147_483_520])
        #expect(core.membrane(of: 1) == -10)
    }
}
