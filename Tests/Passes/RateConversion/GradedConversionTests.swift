import Chips
import Diagnostics
import FrontEnd
import Lowering
import Networks
import Numerics
import Passes
import Simulation
import Support
import Targets
import Testing

/// Rate units that send values: what the pass scales, what fits the chip's registers, and what the artifact answers.
@Suite struct GradedConversionTests {
    private static func membranes(_ network: Network, _ names: Set<String>, _ samples: DataSamples, _ sample: Int) throws -> Recording {
        let engine = try ReferenceEngine<Double>(network)
        let steps = try #require(network.task).steps
        var encoder = StimulusEncoder(network, steps: steps)
        return try engine.run(encoder.stimulus(samples, sample), steps: steps, record: RecordingRequest(membranes: names))
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func `units send values within 1, and scores stay as they are`(seed: UInt64) throws {
        var network = RateConversionTests.random(seed, hasPooling: seed > 2)
        for id in network.populations.ids where seed.isMultiple(of: 2) {
            guard var unit = network.populations[id].cell.neuron else { continue }
            unit[.negativeSlope] = .uniform(0.2)
            network.populations[id].cell = .neuron(unit)
        }
        let samples = RateConversionTests.samples(6, size: 36)
        let converted = try RateConversion(units: .graded, samples: samples).run(network)
        #expect(converted.task == network.task && converted.readout == network.readout)
        var largest = 0.0
        for sample in 0..<6 {
            let (before, after) = (
                try Self.membranes(network, ["out"], samples, sample),
                try Self.membranes(converted, ["first", "second", "out"], samples, sample)
            )
            let scores = zip(try #require(before.membranes["out"]), try #require(after.membranes["out"]))
            #expect(scores.allSatisfy { abs($0 - $1) <= 1e-5 * (1 + abs($0)) })
            for name in ["first", "second"] {
                // Once the signal has settled.
                let size = network.populations[try #require(network.population(named: name))].size
                for value in try #require(after.membranes[name]).suffix(size) { largest = max(largest, value > 0 ? value : -value * 0.2) }
            }
        }
        // The margin is what is left.
        #expect(largest <= 0.8001 && largest > 0.79)
        #expect(try RateConversion(units: .graded, steps: 9, samples: samples).run(network).task?.steps == 9 + 3)
    }

    // MARK: Registers

    /// What may arrive at once when every source sends the most that a spike of it carries, with the sign that adds.
    private static func worstSums(_ quantized: QuantizedNetwork, _ id: ID<Projection>) -> [Int] {
        let projection = quantized.network.projections[id]
        let isSource = quantized.network.populations[projection.pre].cell.isSource
        let limit =
            isSource ? (1 << (quantized.chip.formats.payloadBits - 1)) - 1 : Int(quantized.payloadScale[projection.pre.index])
        let rows = QuantizedRows(id, of: quantized)
        var (scratch, row) = (SynapseRow(), QuantizedRow())
        var sums = [Int](repeating: 0, count: quantized.network.populations[projection.post].size)
        for source in 0..<rows.rows.sourceCount {
            rows.read(source, scratch: &scratch, into: &row)
            for n in 0..<row.count { sums[Int(row.targets[n])] += abs(Int(row.mantissas[n])) * limit }
        }
        return sums
    }

    @Test(arguments: ["loihi2", "spinnaker2", "spinnaker2-64k"], [1, 2, 3, 4] as [UInt64])
    func `nothing that can arrive leaves the registers`(name: String, seed: UInt64) throws {
        let samples = RateConversionTests.samples(6, size: 36)
        let network = try RateConversion(units: .graded, samples: samples).run(RateConversionTests.random(seed, hasPooling: seed > 2))
        let chip = try chip(named: name)
        let quantized = try Quantization(to: chip).run(network)
        try quantized.verify()
        for id in network.projections.ids {
            let most = try #require(Self.worstSums(quantized, id).max())
            #expect(most < 1 << 31, "partial sums are taken in 32 bits")
            guard case .integerCurrent(let arithmetic) = chip.arithmetic else {
                let isUnit = network.populations[network.projections[id].pre].cell.neuron != nil
                #expect(most > 1 << 27 || !isUnit, "\(most) leaves bits unused")
                continue
            }
            let exponent = quantized.synapses(of: id).exponent
            let shifted = (exponent >= 0 ? most << exponent : most >> -exponent) << chip.formats.weight.shift
            #expect(shifted < 1 << arithmetic.stateBits, "\(shifted) in \(arithmetic.stateBits) bits")
            #expect(shifted > 1 << (arithmetic.stateBits - 5), "\(shifted) leaves bits unused")
        }
        for id in network.populations.ids where network.projections.contains(where: { $0.pre == id }) {
            guard network.populations[id].cell.neuron != nil else { continue }
            #expect(quantized.payloadScale[id.index] >= 1024, "values of \(quantized.payloadScale[id.index]) levels")
        }
    }

    @Test func `a stage whose units lack what makes their values is found`() throws {
        let network = try RateConversion(units: .graded).run(RateConversionTests.random(1, hasPooling: false))
        var quantized = try Quantization(to: try chip(named: "loihi2")).run(network)
        quantized.neurons[1]?.compartments?.graded = nil
        #expect(throws: VerificationFailure.self) { try quantized.verify() }
        quantized = try Quantization(to: try chip(named: "loihi2")).run(network)
        quantized.neurons[1]?.compartments?.graded?[0].largest = 1 << 23
        #expect(throws: VerificationFailure.self) { try quantized.verify() }
    }

    // MARK: Answers

    @Test(arguments: ["loihi2", "spinnaker2"])
    func `an artifact answers as the network does, as soon as it does`(name: String) throws {
        let (network, data) = try #require(RateConversionTests.digits)
        let chip = try chip(named: name)
        var options = LoweringOptions()
        options.conversionUnits = .graded
        options.samples = data.train
        let graph = try Pipeline(to: chip, options).run(network)
        #expect(graph.network.task?.steps == network.task?.steps)
        let (task, readout) = (try #require(network.task), try #require(network.readout))
        try withTemporaryDirectory { directory in
            let report = try family(of: chip).write(graph, to: "\(directory)/out", threads: 1)
            if name == "loihi2" { #expect(report.notes.contains { $0.contains("sends values") }, "NetX holds no graded units") }
            var emulator = try bootArtifact("\(directory)/out")
            let reference = try ReferenceEngine<Double>(network)
            var encoder = StimulusEncoder(network, steps: task.steps)
            var (equal, correct, wanted) = (0, 0, 0)
            for sample in 0..<data.test.count {
                emulator.reset()
                reference.reset()
                let stimulus = encoder.stimulus(data.test, sample)
                let request = RecordingRequest(for: readout, named: "digit")
                let label = { (recording: Recording) in Decoding(readout, named: "digit", size: 10, from: recording).label }
                let before = label(try reference.run(stimulus, steps: task.steps, record: request))
                let after = label(try emulator.run(stimulus, steps: task.steps, record: request))
                equal += before == after ? 1 : 0
                correct += after == Int(data.test.labels[sample]) ? 1 : 0
                wanted += before == Int(data.test.labels[sample]) ? 1 : 0
            }
            #expect(Double(wanted - correct) <= 0.003 * Double(data.test.count))
            #expect(Double(equal) >= 0.99 * Double(data.test.count))
            #expect(emulator.statistics.overflows == 0)
        }
    }

    // MARK: What is refused

    private static func refusal(_ name: String, _ change: (inout LoweringOptions) -> Void) throws -> DiagnosticsError {
        var options = LoweringOptions()
        options.conversionUnits = .graded
        change(&options)
        let pipeline = Pipeline(to: try chip(named: name), options)
        let error = #expect(throws: DiagnosticsError.self) { try pipeline.run(RateConversionTests.random(1, hasPooling: false)) }
        return try #require(error)
    }

    @Test(arguments: ["loihi1", "spin5", "brainscales2"]) func `chips whose neurons send plain spikes refuse`(name: String) throws {
        let error = try Self.refusal(name) { _ in }
        #expect(error.isRefusal && error.diagnostics.map(\.id) == ["conversion-graded"])
        #expect(
            error.diagnostics[0].message == "rate units are to send values, and a spike of a neuron of '\(name)' carries 0 bits")
        #expect(error.diagnostics[0].help?.contains("units=spikes") == true)
    }

    @Test func `options that only spiking neurons have are refused`() throws {
        let error = try Self.refusal("loihi2") {
            $0.conversionInput = .spikes
            $0.conversionOutput = .spikes
            $0.conversionPeak = 0.5
        }
        #expect(error.diagnostics.map(\.id) == ["conversion-graded-option"])
        #expect(error.diagnostics[0].message.hasSuffix("'input=spikes', 'output=spikes', 'peak'"))
    }
}
