import Chips
import Lowering
import Networks
import Numerics
import Passes
import Simulation
import Storage
import Support
import Targets
import Testing

/// The trained recurrent network of the NIR paper's Braille task, with what a SpiNNaker 2 chip recorded for the first test sample.
struct BrailleRecording {
    let inputs: Int
    let hidden: Int
    /// [source][target].
    let forward: [[Double]]
    let recurrent: [[Double]]
    /// Per neuron, both layers' together.
    let bias: [Double]
    let membraneDecay: [Double]
    let currentDecay: [Double]
    let threshold: [Double]
    /// [step][input] and [step][neuron].
    let stimulus: [[Bool]]
    let spikes: [[Bool]]

    init(timestep: Double = 1e-4) throws {
        let folder = vectorsFolder("nir/cases/real_braille_bias_zero")
        let file = try HDF5File.open("\(folder)/model.nir")
        func values(_ name: String) throws -> [Double] { try file.read("node/nodes/\(name)").doubles }
        let tauMembrane = try values("lif1.lif/tau_mem")
        let tauSynapse = try values("lif1.lif/tau_syn")
        hidden = tauMembrane.count
        // NIR's matrices are [target × source].
        func matrix(_ name: String, sources: Int) throws -> [[Double]] {
            let weights = try values("\(name)/weight")
            return (0..<sources).map { source in (0..<tauMembrane.count).map { weights[$0 * sources + source] } }
        }
        inputs = try values("fc1/weight").count / hidden
        forward = try matrix("fc1", sources: inputs)
        recurrent = try matrix("lif1.w_rec", sources: hidden)
        bias = zip(try values("fc1/bias"), try values("lif1.w_rec/bias")).map { $0 + $1 }
        membraneDecay = tauMembrane.map { 1 - timestep / $0 }
        currentDecay = tauSynapse.map { 1 - timestep / $0 }
        threshold = try values("lif1.lif/v_threshold")
        // What the step below takes as given: unit gains of synapse and membrane.
        let gains = zip(zip(try values("lif1.lif/w_in"), tauSynapse), zip(try values("lif1.lif/r"), tauMembrane))
        for (synapse, membrane) in gains {
            #expect(abs(synapse.0 * timestep / synapse.1 - 1) < 1e-6 && abs(membrane.0 * timestep / membrane.1 - 1) < 1e-6)
        }
        func table(_ name: String, width: Int) throws -> [[Bool]] {
            let values = try NPY.read("\(folder)/\(name).npy").doubles
            return stride(from: 0, to: values.count, by: width).map { row in values[row..<row + width].map { $0 != 0 } }
        }
        stimulus = try table("input", width: inputs)
        spikes = try table("hidden_spikes_s2", width: hidden)
    }
}

/// The trained Braille network as recorded from SpiNNaker 2: 8-bit weights, state in single precision.
@Suite struct SpiNNaker2BrailleVectors {
    /// One scale for all synapses into the population, weights cut towards zero, and the bias as it is.
    @Test func `the recorded hidden spikes come out without a mismatch`() throws {
        let network = try BrailleRecording()
        let largest = (network.forward + network.recurrent).joined().map { abs($0) }.max() ?? 1
        let scale = 127 / largest
        func quantized(_ weight: Double) -> Int32 { Int32((weight * scale).rounded(.towardZero)) }
        var core = FloatingPointCore(
            (0..<network.hidden).map { n in
                FloatingPointCore.Word.allCases.map { word -> UInt32 in
                    switch word {
                    case .membraneDecay: Float(network.membraneDecay[n]).bitPattern
                    case .drive: Float(scale * network.bias[n] / (1 - network.currentDecay[n])).bitPattern
                    case .threshold: Float(scale * network.threshold[n]).bitPattern
                    case .excitatoryDecay: Float(network.currentDecay[n]).bitPattern
                    default: 0
                    }
                }
            })
        var slot = [Int32](repeating: 0, count: 2 * network.hidden)
        var list = [Int32](repeating: 0, count: network.hidden)
        var mismatches = 0
        var count = 0
        for (step, recorded) in network.spikes.enumerated() {
            let spiked = core.update(slot, spikes: &list)
            for n in slot.indices { slot[n] = 0 }
            let spikes = list[..<spiked]
            for n in 0..<network.hidden where recorded[n] != spikes.contains(Int32(n)) { mismatches += 1 }
            count += spiked
            // What is sent now arrives in the next step.
            for source in 0..<network.inputs where network.stimulus[step][source] {
                for n in 0..<network.hidden { slot[n] += quantized(network.forward[source][n]) }
            }
            for source in spikes { for n in 0..<network.hidden { slot[n] += quantized(network.recurrent[Int(source)][n]) } }
        }
        #expect(mismatches == 0, "\(mismatches) of \(network.spikes.count * network.hidden) entries differ")
        #expect(count > 100 && network.spikes.count == 256)
    }

    /// The same network as a model, quantized, placed, written and booted.
    @Test func `the compiled network sends the recorded spikes`() throws {
        let recording = try BrailleRecording()
        var model = NeuronModel(
            .leaky,
            [
                .tauM: .perNeuron(recording.membraneDecay.map { 0.1 / (1 - $0) }),
                .tauSyn: .perNeuron(recording.currentDecay.map { 0.1 / (1 - $0) }), .vThresh: .perNeuron(recording.threshold),
                .bias: .perNeuron(zip(recording.bias, recording.currentDecay).map { $0 / (1 - $1) }),
            ])
        model.integration = .euler
        var network = Network(name: "braille", timestep: 0.1)
        let input = network.populations.append(Population("input", shape: [recording.inputs], cell: .input, units: .normalized))
        let hidden = network.populations.append(
            Population("hidden", shape: [recording.hidden], cell: .neuron(model), units: .normalized))
        for (name, pre, weights) in [("forward", input, recording.forward), ("recurrent", hidden, recording.recurrent)] {
            network.projections.append(
                Projection(
                    name, from: pre, to: hidden, .allToAll(allowSelf: true),
                    weight: .tensor(Tensor(shape: [weights.count, recording.hidden], values: weights.joined().map { Float($0) }))))
        }
        var options = LoweringOptions()
        options.weightBits = 7
        let target = try chip(named: "spinnaker2")
        let graph = try Pipeline(to: target, options).run(network)
        var events = Stimulus.Events(offsets: [0], neurons: [])
        for step in recording.stimulus {
            events.neurons += step.indices.filter { step[$0] }.map { Int32($0) }
            events.offsets.append(Int32(events.neurons.count))
        }
        try withTemporaryDirectory { directory in
            _ = try family(of: target).write(graph, to: "\(directory)/out", threads: 1)
            var emulator = try bootArtifact("\(directory)/out")
            let run = try emulator.run(
                Stimulus([("input", events)]), steps: recording.spikes.count, record: RecordingRequest(spikes: ["hidden"]))
            let sent = Set((run.spikes["hidden"] ?? []).map { [Int($0.step), Int($0.neuron)] })
            let wanted = Set(recording.spikes.enumerated().flatMap { step, row in row.indices.filter { row[$0] }.map { [step, $0] } })
            #expect(sent == wanted, "\(sent.symmetricDifference(wanted).count) entries differ")
        }
    }
}
