import Chips
import Storage
import Targets
import Testing

/// Brian2Loihi's neurons and synapses, which its authors matched against Loihi 1, bit for bit.
@Suite struct LoihiBrian2Vectors {
    @Test func vectorsArePresent() { #expect(!LoihiVector.cases("brian2loihi").isEmpty) }

    /// A connection's effective weights (in units of 64) as rows of the bank, checked against the file.
    private func add(
        _ sources: [Int], _ targets: [Int], given: [Int], effective: [Int],
        parameters: (bits: Int, exponent: Int, mode: WeightFormat.SignMode),
        sourceCount: Int, delay: Int, to builder: inout SynapseBankBuilder
    ) throws {
        for (weight, wanted) in zip(given, effective) {
            let actual = WeightTruncation.hardwareMatched(
                weight, bits: parameters.bits, exponent: parameters.exponent, mode: parameters.mode)
            try #require(actual == wanted, "weight \(weight)")
        }
        for source in 0..<sourceCount {
            let synapses = targets.indices.filter { sources[$0] == source }.sorted { targets[$0] < targets[$1] }
            builder.add(targets: synapses.map { Int32(targets[$0]) }, weights: synapses.map { Int32(effective[$0] >> 6) }, delay: delay)
            builder.endAxon()
        }
    }

    @Test(arguments: LoihiVector.cases("brian2loihi"))
    func neuronsFollow(_ vector: LoihiVector) throws {
        let parameters = vector["params"]
        func value(_ key: String) throws -> Int { try #require(parameters[key]?.int) }
        let count = try value("n")
        let inputs = try value("n_in")
        let formats = NumberFormats.loihi(currentOffset: 0)
        var registers = CompartmentRegisters(
            currentDecay: Array(repeating: try value("decay_I"), count: count),
            membraneDecay: Array(repeating: try value("decay_v"), count: count),
            thresholdMantissa: Array(repeating: try value("threshold_v_mant"), count: count),
            biasMantissa: Array(repeating: 0, count: count), biasExponent: Array(repeating: 0, count: count), formats: formats)
        registers.heldSteps = Array(repeating: Int32(try value("refractory") - 1), count: count)

        var builder = SynapseBankBuilder(compartments: count)
        let mode = try #require(parameters["sign_mode"]?.string.flatMap { WeightFormat.SignMode(rawValue: $0.lowercased()) })
        try add(
            try #require(vector["synapse_i"].ints), try #require(vector["synapse_j"].ints), given: try #require(vector["w"].ints),
            effective: try #require(vector["w_act"].ints), parameters: (try value("num_weight_bits"), try value("w_exp"), mode),
            sourceCount: inputs, delay: try value("delay"), to: &builder)
        let recurrent = vector["recurrent"]
        if !recurrent.isNull {
            try add(
                try #require(recurrent["i"]?.ints), try #require(recurrent["j"]?.ints), given: try #require(recurrent["w"]?.ints),
                effective: try #require(recurrent["w_act"]?.ints),
                parameters: (
                    try #require(recurrent["num_weight_bits"]?.int), try #require(recurrent["w_exp"]?.int),
                    recurrent["sign_mode"]?.int == 1 ? .mixed : .excitatory
                ), sourceCount: count, delay: try #require(recurrent["delay"]?.int), to: &builder)
        }
        var core = ModelCore(registers: registers, law: CompartmentLaw(.brian2Loihi, formats: formats), bank: builder.finish())
        let given = try #require(vector["input_spikes"].matrix)
        let expectedSpikes = Set(try #require(vector["spikes"].matrix))
        let (membranes, currents) = (try #require(vector["v"].matrix32), try #require(vector["I"].matrix32))
        #expect(!membranes.isEmpty)
        for step in membranes.indices {
            // A generator's spike of step t arrives at t + delay, a neuron's one step later.
            core.accept(axons: given.filter { $0[0] == step }.map { $0[1] })
            let spikes = core.step().spikes
            try #require(core.state.current == currents[step], "I in step \(step)")
            try #require(core.state.membrane == membranes[step], "v in step \(step)")
            for neuron in 0..<count {
                try #require((spikes[neuron] != 0) == expectedSpikes.contains([step, neuron]), "spike of \(neuron) in step \(step)")
            }
            if !recurrent.isNull { core.accept(spikes, firstAxon: inputs) }
        }
    }
}
