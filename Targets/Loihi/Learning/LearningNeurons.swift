import Chips
import Diagnostics
import Learning
import Lowering
import Networks

/// Populations of a network that learns, as one core's compartments: registers as the quantizer makes them, stepped as the emulator does.
struct LearningNeurons {
    let count: Int
    private let registers: CompartmentRegisters
    private let law: CompartmentLaw
    private let initial: [Int32]
    private var state: CompartmentState
    private var fired: [Int32]
    /// Membrane units per unit of potential, by compartment.
    let scale: [Double]
    /// In membrane units.
    let thresholds: [Int32]

    init(_ populations: [IntegerCompartments], chip: Chip, arithmetic: IntegerCurrentArithmetic) {
        count = populations.reduce(0) { $0 + $1.count }
        let one = chip.formats.decay.one
        func column(_ value: (IntegerCompartments, Int) -> Int) -> [Int32] {
            populations.flatMap { population in (0..<population.count).map { Int32(value(population, $0)) } }
        }
        var registers = CompartmentRegisters(count: count)
        registers.currentFactor = column { max(one - ($0.currentDecay[$1] + chip.formats.decay.currentOffset), 0) }
        registers.membraneFactor = column { max(one - ($0.membraneDecay[$1] + chip.formats.decay.membraneOffset), 0) }
        registers.threshold = column { $0.thresholdMantissa[$1] << chip.formats.threshold.shift }
        registers.bias = column {
            Int(CompartmentRegisters.bias(mantissa: $0.biasMantissa[$1], exponent: $0.biasExponent[$1] + chip.formats.bias.shift))
        }
        registers.heldSteps = column { $0.spikes ? $0.refractorySteps[$1] : 0 }
        registers.subtracts = column { population, _ in population.reset == .subtract ? -1 : 0 }
        if populations.contains(where: { $0.adaptation != nil }) {
            var own = AdaptationRegisters(count: count, one: Int32(one))
            var first = 0
            for population in populations {
                for (n, program) in (population.adaptation ?? []).enumerated() {
                    own.factor[first + n] = Int32(one - program.decay)
                    own.jump[first + n] = Int32(program.jump)
                    own.laterReset[first + n] = Int32(program.laterReset)
                    own.resetAddsRise[first + n] = program.reset == .adapted
                    own.resetsLater[first + n] = program.reset == .later || program.reset == .laterAdapted
                    own.laterResetAddsRise[first + n] = program.reset == .laterAdapted
                    own.blocks[first + n] = program.blocks
                }
                first += population.count
            }
            registers.adaptation = own
        }
        self.registers = registers
        thresholds = registers.threshold
        law = CompartmentLaw(arithmetic, formats: chip.formats)
        initial = column { $0.initialMembrane[$1] }
        scale = populations.flatMap { population in [Double](repeating: population.scale, count: population.count) }
        state = CompartmentState(count: count, isAdaptive: registers.adaptation != nil)
        fired = [Int32](repeating: 0, count: count)
    }

    mutating func clear() {
        state.clear()
        if initial.contains(where: { $0 != 0 }) { state.membrane = initial }
    }

    /// One step; spikes are told in ascending order.
    mutating func step(_ arrivals: [Int32], spike: (Int) -> Void) {
        let spikes = arrivals.withUnsafeBufferPointer { arrivals in
            fired.withUnsafeMutableBufferPointer { spikes in
                arrivals.baseAddress.map { state.step(registers, law: law, arrivals: $0, spikes: spikes) } ?? 0
            }
        }
        for index in 0..<spikes { spike(Int(fired[index])) }
    }

    /// The membrane of compartment `n`, in membrane units.
    func membrane(_ n: Int) -> Int32 { state.membrane(of: n) }

    /// By how far the membrane is from the adapted threshold, and the base threshold, in membrane units.
    func distances(into values: inout [Int32]) {
        let rise = state.adaptation?.rise
        for n in 0..<count { values[n] = state.membrane(of: n) &- thresholds[n] &- (rise?[n] ?? 0) }
    }

    /// Steps that each compartment is still refractory.
    var held: [Int32] { state.held }
}
