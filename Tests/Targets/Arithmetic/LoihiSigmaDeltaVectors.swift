import Storage
import Targets
import Testing

/// Lava's sigma-delta chain: Delta, Dense, SigmaDelta, Sigma in fixed point, bit for bit.
@Suite struct LoihiSigmaDeltaVectors {
    @Test func vectorsArePresent() { #expect(!LoihiVector.cases("sigma_delta").isEmpty) }

    @Test(arguments: LoihiVector.cases("sigma_delta"))
    func unitsFollow(_ vector: LoihiVector) throws {
        let parameters = vector["params"]
        let spikeExponent = try #require(parameters["spike_exp"]?.int)
        let stateExponent = try #require(parameters["state_exp"]?.int)
        func fullScale(_ key: String) throws -> Int32 { Int32(try #require(parameters[key]?.int) << (spikeExponent + stateExponent)) }
        #expect(try fullScale("delta_vth") == parameters["delta_vth_effective"]?.ints32?.first ?? fullScale("delta_vth"))
        let bias = try #require(parameters["sd_bias_given"]?.ints).map { Int32($0 << (spikeExponent + stateExponent)) }
        #expect(bias == parameters["sd_bias_effective"]?.ints32)

        let weights = lavaMantissas(try #require(parameters["weights"]?.matrix), bits: 8, mode: "MIXED")
        var builder = SynapseBankBuilder(compartments: bias.count)
        builder.addConnection(weights, exponent: 0)
        let bank = builder.finish()
        var input = SynapticInput(bank)
        var encoder = DeltaEncoder(count: weights[0].count, threshold: try fullScale("delta_vth"), stateExponent: stateExponent)
        var units = SigmaDeltaUnits(bias: bias, threshold: try fullScale("sd_vth_given"), stateExponent: stateExponent)
        var decoder = SigmaDecoder(count: bias.count)
        var lastSent = [Int32](repeating: 0, count: bias.count)

        let samples = try #require(vector["x"].matrix32)
        #expect(!samples.isEmpty)
        let expected = try ["delta_s", "dense_a", "sigma", "act", "residue", "sd_s", "sigma_out"].map { try #require(vector[$0].matrix32) }
        for (row, sample) in samples.enumerated() {
            let arrivals = input.ring.consume { Array(UnsafeBufferPointer(start: $0, count: bias.count)) }
            let changes = encoder.send(sample.map { $0 << Int32(spikeExponent + stateExponent) })
            let sent = units.step(arrivals)
            let decoded = decoder.step(lastSent)
            lastSent = sent
            let actual = [changes, arrivals, units.sum, units.delta.activation, units.delta.residue, sent, decoded]
            for (index, values) in actual.enumerated() { try #require(values == expected[index][row], "series \(index) in row \(row)") }
            for (axon, change) in changes.enumerated() where change != 0 { input.accept(axon: axon, payload: change, of: bank) }
            input.deliver(bank)
        }
    }

    @Test func gradedValuesBelowTheThresholdAreDropped() {
        #expect(gradedSpikes([5, -6, 4, 0], threshold: 5) == [0, -6, 0, 0])
        #expect(convolutionSum(1 << 23) == -(1 << 23))
        #expect(convolutionSum(-(1 << 23) - 1) == (1 << 23) - 1)
    }
}
