import Chips
import Storage
import Targets

/// A core of the emulators' own kernels, wired by hand: what the vector suites run.
struct ModelCore {
    var registers: CompartmentRegisters
    var law: CompartmentLaw
    var state: CompartmentState
    var bank: SynapseBank
    var input: SynapticInput
    private var spikes: [Int32]

    init(registers: CompartmentRegisters, law: CompartmentLaw, bank: SynapseBank? = nil) {
        self.registers = registers
        self.law = law
        state = CompartmentState(count: registers.count)
        self.bank = bank ?? SynapseBankBuilder(compartments: registers.count).finish()
        input = SynapticInput(self.bank)
        spikes = [Int32](repeating: 0, count: registers.count)
    }

    /// Registers as the Lava cases list them.
    static func lavaRegisters(_ parameters: JSONValue, threshold: Int?) -> CompartmentRegisters {
        let count = parameters["bias_mant"]?.ints?.count ?? 0
        return CompartmentRegisters(
            currentDecay: Array(repeating: parameters["du"]?.int ?? -1, count: count),
            membraneDecay: Array(repeating: parameters["dv"]?.int ?? -1, count: count),
            thresholdMantissa: Array(repeating: threshold ?? 0, count: count), biasMantissa: parameters["bias_mant"]?.ints ?? [],
            biasExponent: parameters["bias_exp"]?.ints ?? [], formats: .loihi(currentOffset: 1))
    }

    static let lavaLaw = CompartmentLaw(.lava, formats: .loihi(currentOffset: 1))

    /// One step with sums that are given; returns 0 or 1 for every compartment.
    mutating func step(_ arrivals: [Int32], noise: CompartmentNoise? = nil) -> [Int32] {
        let count = arrivals.withUnsafeBufferPointer { arrivals in
            spikes.withUnsafeMutableBufferPointer { spikes in
                arrivals.baseAddress.map { state.step(registers, law: law, arrivals: $0, spikes: spikes, noise: noise) } ?? 0
            }
        }
        return marks(count)
    }

    /// One step with what is on its way; also returns the sums that arrived.
    mutating func step(noise: CompartmentNoise? = nil) -> (arrivals: [Int32], spikes: [Int32]) {
        input.deliver(bank)
        let count = registers.count
        let arrivals = input.ring.consume { Array(UnsafeBufferPointer(start: $0, count: count)) }
        return (arrivals, step(arrivals, noise: noise))
    }

    /// Spikes or payloads of the core's axons.
    mutating func accept(_ values: [Int32], isGraded: Bool = false, firstAxon: Int = 0) {
        if isGraded {
            for (axon, value) in values.enumerated() where value != 0 {
                input.accept(axon: firstAxon + axon, payload: value, of: bank)
            }
        } else {
            accept(axons: values.indices.filter { values[$0] != 0 }.map { firstAxon + $0 })
        }
    }

    /// Spikes on axons, each at most once between two steps.
    mutating func accept(axons: [Int]) {
        let table = (0..<Int32(bank.axonCount)).map { $0 }
        axons.map { Int32($0) }.withUnsafeBufferPointer { _ = input.accept($0, through: table, of: bank) }
    }

    private func marks(_ count: Int) -> [Int32] {
        var marks = [Int32](repeating: 0, count: registers.count)
        for index in 0..<count { marks[Int(spikes[index])] = 1 }
        return marks
    }
}

extension SynapseBankBuilder {
    /// Adds a connection as Lava gives it, one axon for each source: mantissas [target][source], delays likewise or nil.
    ///
    /// A negative exponent shifts the sum of each delay, a positive one is part of the weights.
    mutating func addConnection(_ mantissas: [[Int]], delays: [[Int]]? = nil, exponent: Int) {
        let group = exponent < 0 ? addGroup(shift: -exponent) : 0
        for source in mantissas.first?.indices ?? 0..<0 {
            var byDelay: [Int: (targets: [Int32], weights: [Int32])] = [:]
            for target in mantissas.indices where mantissas[target][source] != 0 {
                let delay = delays?[target][source] ?? 0
                byDelay[delay, default: ([], [])].targets.append(Int32(target))
                byDelay[delay, default: ([], [])].weights.append(Int32(mantissas[target][source] << max(exponent, 0)))
            }
            for (delay, row) in byDelay.sorted(by: { $0.key < $1.key }) {
                add(targets: row.targets, weights: row.weights, delay: delay, group: group)
            }
            endAxon()
        }
    }
}

/// Weights as Lava's synapse holds them.
func lavaMantissas(_ given: [[Int]], bits: Int, mode: String?) -> [[Int]] {
    let mode = mode.flatMap { WeightFormat.SignMode(rawValue: $0.lowercased()) } ?? WeightTruncation.mode(of: given.joined())
    return given.map { row in
        row.map { WeightTruncation.clippedAndCut($0, bits: bits, mode: mode, negativeMixedRounding: .floor) }
    }
}
