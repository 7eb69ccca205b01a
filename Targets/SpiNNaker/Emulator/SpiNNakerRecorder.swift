import Diagnostics
import Simulation

/// Keeps what a run shall keep: spikes by core, membrane potentials of whole populations.
struct SpiNNakerRecorder: Sendable {
    /// The part of a population on a core, if anything of it is kept.
    struct Part: Sendable {
        var firstNeuron: Int
        var keepsSpikes: Bool
        var trace: PotentialTrace?
    }

    private let parts: [Part?]
    private let steps: Int
    private let image: SpiNNakerImage
    private let keepsSpikes: [Bool]
    private let traces: [PotentialTrace?]

    init(_ request: RecordingRequest, steps: Int, image: SpiNNakerImage) throws(DiagnosticsError) {
        let known = Set(image.populations.map(\.name))
        for name in request.spikes.union(request.membranes).sorted() where !known.contains(name) {
            throw DiagnosticsError(
                Diagnostic(
                    "emulator-unknown-population", "'\(name)' is to be recorded, and the artifact has no such population of neurons",
                    help: "its populations are \(image.populations.map(\.name).joined(separator: ", "))"))
        }
        self.image = image
        self.steps = steps
        keepsSpikes = image.populations.map { request.spikes.contains($0.name) }
        traces = image.populations.map { request.membranes.contains($0.name) ? PotentialTrace($0, steps: steps) : nil }
        var parts: [Part?] = image.cores.map { _ in nil }
        for (number, population) in image.populations.enumerated() where keepsSpikes[number] || traces[number] != nil {
            for part in population.parts {
                parts[part.core] = Part(
                    firstNeuron: part.neurons.lowerBound, keepsSpikes: keepsSpikes[number], trace: traces[number])
            }
        }
        self.parts = parts
    }

    @inline(__always)
    func part(ofCore core: Int) -> Part? { parts[core] }

    /// - Parameter recorded: by core.
    func finish(_ recorded: [[Recording.Spike]]) -> Recording {
        var recording = Recording(steps: steps)
        for (number, population) in image.populations.enumerated() {
            if keepsSpikes[number] { recording.spikes[population.name] = merged(population.parts.map { recorded[$0.core] }) }
            if let trace = traces[number] { recording.membranes[population.name] = trace.values }
        }
        return recording
    }

    /// All parts' spikes by step, then neuron; parts come by first neuron, and each is in that order already.
    private func merged(_ parts: [[Recording.Spike]]) -> [Recording.Spike] {
        if parts.count == 1 { return parts[0] }
        var starts = [Int](repeating: 0, count: steps + 1)
        for spike in parts.joined() { starts[Int(spike.step) + 1] += 1 }
        for step in 0..<steps { starts[step + 1] += starts[step] }
        var merged = [Recording.Spike](repeating: .init(step: 0, neuron: 0), count: starts[steps])
        for part in parts {
            for spike in part {
                merged[starts[Int(spike.step)]] = spike
                starts[Int(spike.step)] += 1
            }
        }
        return merged
    }
}

/// The membrane potentials of a population over a run, in the model's unit; cores write disjoint entries.
final class PotentialTrace: @unchecked Sendable {
    private let size: Int
    private let scale: Double
    private let origin: [Double]
    private let storage: UnsafeMutableBufferPointer<Double>

    init(_ population: SpiNNakerImage.Population, steps: Int) {
        size = population.size
        scale = population.scale
        origin = population.origin
        storage = .allocate(capacity: steps * population.size)
        storage.initialize(repeating: 0)
    }

    deinit { storage.deallocate() }

    /// Writes the potentials of a core's neurons after a step.
    func store(_ core: RunningCore, count: Int, _ firstNeuron: Int, step: Int) {
        for n in 0..<count {
            let neuron = firstNeuron + n
            storage[step * size + neuron] = Double(core.membrane(of: n)) / scale + origin[neuron]
        }
    }

    var values: [Double] { Array(storage) }
}
