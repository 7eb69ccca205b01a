import Chips
import Diagnostics
import Lowering
import Networks
import Numerics
import Passes
import Support
import Targets
import Testing

@Suite struct QuantizationTests {
    static func network(
        _ model: NeuronModel = NeuronModel(.leaky), weight: ValueRule = .drawn(.normal(mean: 0, sigma: 0.2)),
        delay: ValueRule = .constant(1),
        sources: Int = 40, neurons: Int = 30, encoder: Encoder? = nil
    ) -> Network {
        var network = Network(name: "test", seed: 7)
        let input = network.populations.append(Population("input", shape: [sources], cell: .input))
        let hidden = network.populations.append(Population("hidden", shape: [neurons], cell: .neuron(model)))
        network.projections.append(
            Projection("input->hidden", from: input, to: hidden, .allToAll(allowSelf: true), weight: weight, delay: delay))
        if let encoder {
            network.task = Task(data: .named("digits8x8"), encoder: encoder, input: input, split: .given, steps: 10)
        }
        return network
    }

    /// Two projections share the scale of the larger one, and are cut.
    @Test(arguments: [nil, 7] as [Int?]) func `in the loop, single precision has the weights of the pass`(bits: Int?) throws {
        var network = Self.network()
        let other = network.populations.append(Population("other", shape: [10], cell: .input))
        let hidden = network.projections[ID(0)].post
        network.projections.append(
            Projection("other->hidden", from: other, to: hidden, .allToAll(allowSelf: true), weight: .drawn(.normal(mean: 0, sigma: 0.01))))
        let pass = Quantization(to: try chip(named: "spinnaker2"), weightBits: bits)
        let quantized = try pass.run(network)
        let own = network.projections.ids.map { (projection: $0, values: SynapseRows($0, of: network).denseWeights() ?? []) }
        let lowered = try QuantizedForward(network, pass).weights(into: hidden, from: own)
        for (index, values) in lowered.enumerated() {
            let id = ID<Projection>(index)
            let rows = QuantizedRows(id, of: quantized)
            let quantizer = WeightQuantizer(
                id, of: network, synapses: quantized.synapses(of: id), format: quantized.chip.formats.weight)
            var expected = [Double](repeating: 0, count: values.count)
            var (scratch, row) = (SynapseRow(), QuantizedRow())
            for source in 0..<rows.rows.sourceCount {
                rows.read(source, scratch: &scratch, into: &row)
                for (target, mantissa) in zip(row.targets, row.mantissas) {
                    expected[source * 30 + Int(target)] = quantizer.weight(ofMantissa: Int(mantissa), target: Int(target))
                }
            }
            #expect(zip(values, expected).allSatisfy { abs(Double($0) - $1) <= 1e-6 * abs($1) })
            #expect(expected.contains { $0 != 0 })
        }
    }

    /// Every mantissa is a multiple of the step in range, and no weight that is in range is further off than half a step.
    @Test(arguments: [WeightFormat.SignMode.mixed, .excitatory, .inhibitory], [nil, 6, 4, 2] as [Int?])
    func mantissasAreWhatTheFormatHolds(mode: WeightFormat.SignMode, bits: Int?) throws {
        let weight: ValueRule =
            switch mode {
            case .mixed: .drawn(.uniform(low: -0.5, high: 0.5))
            case .excitatory: .drawn(.uniform(low: 0, high: 0.5))
            case .inhibitory: .drawn(.uniform(low: -0.5, high: 0))
            }
        let network = Self.network(weight: weight)
        let quantized = try Quantization(to: .testMesh(), weightBits: bits).run(network)
        let id = ID<Projection>(0)
        let synapses = quantized.synapses(of: id)
        #expect(synapses.mode == mode)
        let (range, step) = quantized.chip.formats.weight.mantissas(mode, bits: synapses.bits)
        let (rows, floats) = (QuantizedRows(id, of: quantized), SynapseRows(id, of: network))
        var (scratch, row, float) = (SynapseRow(), QuantizedRow(), SynapseRow())
        var used = 0
        for source in 0..<40 {
            rows.read(source, scratch: &scratch, into: &row)
            floats.read(source, into: &float)
            for (target, mantissa) in zip(row.targets, row.mantissas) {
                #expect(range.contains(Int(mantissa)) && Int(mantissa) % step == 0)
                #expect(abs(Double(mantissa) * synapses.unit - Double(float.weights[Int(target)])) <= synapses.unit * Double(step) * 0.5001)
                used = max(used, abs(Int(mantissa)))
            }
        }
        // The largest weight uses the mantissa to within the threshold's grain.
        #expect(used * 100 >= 98 * max(range.upperBound, -range.lowerBound))
        #expect(synapses.error.clipped == 0 && synapses.error.synapses == 1200)
    }

    @Test func aSharedThresholdIsMetExactly() throws {
        let quantized = try Quantization(to: .testMesh()).run(Self.network())
        let neurons = try #require(quantized.compartments(of: ID(1)))
        #expect(Double(neurons.thresholdMantissa[0] * 64) == neurons.scale)
        // Headroom: 64 thresholds fit the 23-bit state.
        #expect(neurons.scale * 64 <= Double(1 << 23))
    }

    /// A readout has no threshold to keep its scale down; a bias that fits its register must not push the scale up to the state's end.
    @Test func aReadoutWithBiasesKeepsRoomForItsSums() throws {
        var model = NeuronModel(.leakyReadout)
        model[.bias] = .perNeuron((0..<30).map { Double($0 - 15) / 250 })
        let quantized = try Quantization(to: .testMesh()).run(Self.network(model))
        let neurons = try #require(quantized.compartments(of: ID(1)))
        #expect(quantized.synapses(of: ID(0)).exponent <= 0)
        // Four hundred of the largest weights fit the 23-bit state.
        #expect(neurons.scale * quantized.synapses(of: ID(0)).error.highest * 400 <= Double(1 << 23))
    }

    @Test func decaysReachBothEnds() throws {
        var model = NeuronModel(.leaky)
        model[.tauM] = .uniform(20)
        let neurons = try #require(try Quantization(to: .testMesh()).run(Self.network(model)).compartments(of: ID(1)))
        // A delta synapse forgets its current: register 4095 and the offset of 1 make 4096.
        #expect(neurons.currentDecay[0] == 4095)
        // 1 - exp(-1/20) = 0.04877: 199.76 of 4096.
        #expect(neurons.membraneDecay[0] == 200)
        let integrator = try #require(
            try Quantization(to: .testMesh()).run(Self.network(NeuronModel(.integrateAndFire))).compartments(of: ID(1)))
        #expect(integrator.membraneDecay[0] == 0)
    }

    /// rest -49, reset -60 (the CUBA benchmark): the chip's zero is the reset value, and the leak towards rest becomes a bias.
    @Test func aResetAwayFromRestMovesTheOrigin() throws {
        var model = NeuronModel(.currentExponential)
        model[.vRest] = .uniform(-49)
        model[.vReset] = .uniform(-60)
        model[.tauSynI] = .uniform(5)
        model[.tauRefrac] = .uniform(5)
        let quantized = try Quantization(to: .testMesh()).run(Self.network(model))
        let neurons = try #require(quantized.compartments(of: ID(1)))
        let effective = try #require(quantized.effectiveDynamics(of: ID(1)))
        let exact = try #require(quantized.network.dynamics(of: ID(1)))
        #expect(neurons.origin[0] == -11 && neurons.refractorySteps[0] == 5)
        #expect(neurons.addedDelay == 1 && quantized.synapses(of: ID(0)).delayOffset == 0)
        #expect(abs(effective.threshold[0] - exact.threshold[0]) < 1e-2)
        #expect(effective.resetValue[0] == -11)
        // Left alone, both settle at rest.
        #expect(abs(effective.drive[0] / (1 - effective.membraneDecay[0])) < 0.02)
    }

    @Test func delaysAreCutAndCounted() throws {
        let quantized = try Quantization(to: .testMesh()).run(Self.network(delay: .constant(70)))
        let synapses = quantized.synapses(of: ID(0))
        #expect(synapses.maximumDelay == 62 && synapses.error.delaysClipped == 1200)
        let rows = QuantizedRows(ID(0), of: quantized)
        var (scratch, row) = (SynapseRow(), QuantizedRow())
        rows.read(3, scratch: &scratch, into: &row)
        #expect(row.delays.allSatisfy { $0 == 62 })
    }

    @Test func aPartOfARowIsThatPartOfTheRow() throws {
        let quantized = try Quantization(to: .testMesh(), rounding: .stochastic).run(Self.network())
        let rows = QuantizedRows(ID(0), of: quantized)
        var (scratch, whole, part) = (SynapseRow(), QuantizedRow(), QuantizedRow())
        rows.read(5, scratch: &scratch, into: &whole)
        rows.read(5, targets: 10..<20, scratch: &scratch, into: &part)
        let expected = zip(whole.targets, whole.mantissas).filter { (10..<20).contains(Int($0.0)) }
        #expect(part.targets == expected.map(\.0) && part.mantissas == expected.map(\.1))
    }

    /// Stochastic rounding keeps the mean: over 1,200 weights of 0.3 steps the mean mantissa is 0.3 steps to within 5 sigmas.
    @Test func stochasticRoundingKeepsTheMean() throws {
        var values = [Float](repeating: 0.3 / 127, count: 1200)
        values[0] = 1
        let network = Self.network(weight: .tensor(Tensor(shape: [40, 30], values: values)))
        let quantized = try Quantization(to: .testMesh(), rounding: .stochastic).run(network)
        let rows = QuantizedRows(ID(0), of: quantized)
        var (scratch, row) = (SynapseRow(), QuantizedRow())
        var sum = 0.0
        for source in 0..<40 {
            rows.read(source, scratch: &scratch, into: &row)
            for mantissa in row.mantissas where mantissa < 200 { sum += Double(mantissa) }
        }
        let unit = quantized.synapses(of: ID(0)).unit
        let wanted = 1199 * Double(Float(0.3 / 127)) / unit
        #expect(abs(sum - wanted) < 5 * (1199 * 0.25).squareRoot() + 1)
    }

    @Test func leastErrorIsNoWorseThanTheMaximum() throws {
        let heavy = Self.network(weight: .drawn(.lognormal(mean: -3, sigma: 1)))
        let plain = try Quantization(to: .testMesh(), weightBits: 4).run(heavy).synapses(of: ID(0)).error
        let least = try Quantization(to: .testMesh(), range: .leastError, weightBits: 4).run(heavy).synapses(of: ID(0)).error
        #expect(least.rootMeanSquare < plain.rootMeanSquare)
        #expect(least.clipped > 0 && plain.clipped == 0)
        let percentile = try Quantization(to: .testMesh(), range: .percentile(0.9), weightBits: 4).run(heavy).synapses(of: ID(0)).error
        #expect((60...180).contains(percentile.clipped), "about a tenth of 1200, got \(percentile.clipped)")
    }

    @Test func gradedInputNeedsAPayload() throws {
        let network = Self.network(encoder: .direct(gain: 1))
        #expect(throws: DiagnosticsError.self) { try Quantization(to: .testMesh()).run(network) }
        let quantized = try Quantization(to: .testMesh(payloadBits: 8)).run(network)
        #expect(quantized.payloadScale == [127, 1])
        // A full value through the largest weight is the same jump as with spikes.
        let spikes = try Quantization(to: .testMesh()).run(Self.network())
        let (graded, binary) = (quantized.synapses(of: ID(0)), spikes.synapses(of: ID(0)))
        #expect(graded.unit / binary.unit > 0.5 && graded.unit / binary.unit < 2)
    }

    @Test func theExponentCanBeLimited() throws {
        let free = try Quantization(to: .testMesh()).run(Self.network())
        let limited = try Quantization(to: .testMesh(), largestExponent: 0).run(Self.network())
        #expect(free.synapses(of: ID(0)).exponent > 0 && limited.synapses(of: ID(0)).exponent == 0)
        #expect(limited.synapses(of: ID(0)).error.clipped == 0)
    }

    @Test func oneExponentForAllThatArriveAtACore() throws {
        var network = Self.network()
        network.projections.append(
            Projection("small", from: ID(0), to: ID(1), .allToAll(allowSelf: true), weight: .drawn(.uniform(low: -0.01, high: 0.01))))
        let each = try Quantization(to: .testMesh()).run(network)
        #expect(each.synapses(of: ID(0)).exponent > each.synapses(of: ID(1)).exponent)
        let shared = try Quantization(to: .testMesh(weightScope: .core)).run(network)
        #expect(shared.synapses(of: ID(0)).exponent == shared.synapses(of: ID(1)).exponent)
    }

    @Test func oneBitOfBothSignsIsRefused() {
        #expect(throws: DiagnosticsError.self) { try Quantization(to: .testMesh(), weightBits: 1).run(Self.network()) }
        #expect(throws: DiagnosticsError.self) { try Quantization(to: .testMesh(), weightBits: 7).run(Self.network()) }
        #expect(throws: Never.self) {
            try Quantization(to: .testMesh(), weightBits: 1).run(Self.network(weight: .drawn(.uniform(low: 0, high: 1))))
        }
    }

    @Test func threadsDoNotShow() throws {
        let network = Self.network()
        let one = try Quantization(to: .testMesh(), range: .leastError, threads: 1).run(network)
        let two = try Quantization(to: .testMesh(), range: .leastError, threads: 2).run(network)
        #expect(one.neurons == two.neurons)
        #expect(one.synapses.map(\.unit) == two.synapses.map(\.unit))
        #expect(one.synapses == two.synapses, "the errors, too, to the bit")
    }

    /// 1000 inputs at 127 with weights of 15 bits would sum beyond 32 bits.
    @Test(arguments: [20, 1000]) func valuesInPayloadsStayWithinTheSumsOfFloatingPointNeurons(sources: Int) throws {
        let network = Self.network(weight: .constant(0.5), sources: sources, encoder: .direct(gain: 2))
        let quantized = try Quantization(to: try chip(named: "spinnaker2")).run(network)
        #expect(quantized.payloadScale[0] == 127.0 / 2)
        let rows = QuantizedRows(ID(0), of: quantized)
        var (scratch, row) = (SynapseRow(), QuantizedRow())
        rows.read(0, scratch: &scratch, into: &row)
        let mantissa = Int(try #require(row.mantissas.first))
        #expect(mantissa > (sources == 20 ? 32000 : 16000) && mantissa * 127 * sources <= Int(Int32.max))
        // What a full input adds is the model's weight times its gain.
        let neurons = try #require(quantized.neurons(of: ID(1))?.floatingPoint)
        #expect(abs(Double(mantissa) * 127 / neurons.scale - 0.5 * 2) < 1e-3)
    }
}
