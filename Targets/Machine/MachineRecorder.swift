import Diagnostics
import Simulation

/// Collects what a run shall keep.
struct MachineRecorder {
    /// By core: indices of its parts whose spikes are kept.
    let partIndices: [[Int]]
    /// By population: whether its spikes and its membranes are kept.
    let keepsSpikes: [Bool]
    let keepsMembranes: [Bool]
    private let image: MachineImage
    private let steps: Int
    /// By population: [steps × size], empty when not kept.
    private(set) var membranes: [MembraneTrace]
    private var spikes: [[(firstNeuron: Int, spikes: [Recording.Spike])]]

    init(_ request: RecordingRequest, steps: Int, image: MachineImage) throws(DiagnosticsError) {
        let known = Set(image.populations.map(\.name))
        for name in request.spikes.union(request.membranes).sorted() where !known.contains(name) {
            throw DiagnosticsError(
                Diagnostic(
                    "emulator-unknown-population", "'\(name)' is to be recorded, and the artifact has no such population of neurons",
                    help: "its populations are \(image.populations.map(\.name).joined(separator: ", "))"))
        }
        self.image = image
        self.steps = steps
        let keeps = image.populations.map { request.spikes.contains($0.name) }
        keepsSpikes = keeps
        keepsMembranes = image.populations.map { request.membranes.contains($0.name) }
        var parts = image.cores.map { _ in [Int]() }
        for (number, population) in image.populations.enumerated() where keeps[number] {
            for part in population.parts { parts[part.core].append(number) }
        }
        partIndices = parts
        membranes = zip(image.populations, keepsMembranes).map { MembraneTrace($0.0, steps: $0.1 ? steps : 0) }
        spikes = image.populations.map { _ in [] }
    }

    /// Takes over what a core recorded, parallel to its parts.
    mutating func take(_ recorded: [[Recording.Spike]], of parts: [EmulatedMachine.CorePart]) {
        for (part, list) in zip(parts, recorded) where keepsSpikes[part.population] {
            spikes[part.population].append((part.firstNeuron, list))
        }
    }

    consuming func finish() -> Recording {
        var recording = Recording(steps: steps)
        for (number, population) in image.populations.enumerated() {
            if keepsSpikes[number] { recording.spikes[population.name] = merged(spikes[number].sorted { $0.firstNeuron < $1.firstNeuron }) }
            if keepsMembranes[number] { recording.membranes[population.name] = membranes[number].values }
        }
        return recording
    }

    /// All parts' spikes by step, then neuron; parts come by first neuron, and each is in that order already.
    private func merged(_ parts: [(firstNeuron: Int, spikes: [Recording.Spike])]) -> [Recording.Spike] {
        if parts.count == 1 { return parts[0].spikes }
        var starts = [Int](repeating: 0, count: steps + 1)
        for part in parts { for spike in part.spikes { starts[Int(spike.step) + 1] += 1 } }
        for step in 0..<steps { starts[step + 1] += starts[step] }
        var merged = [Recording.Spike](repeating: .init(step: 0, neuron: 0), count: starts[steps])
        for part in parts {
            for spike in part.spikes {
                merged[starts[Int(spike.step)]] = spike
                starts[Int(spike.step)] += 1
            }
        }
        return merged
    }
}

/// The membrane potentials of a population over a run, in the model's unit; cores write disjoint entries.
final class MembraneTrace: @unchecked Sendable {
    private let size: Int
    private let scale: Double
    private let origin: [Double]
    private let storage: UnsafeMutableBufferPointer<Double>

    init(_ population: PopulationImage, steps: Int) {
        size = population.size
        scale = population.scale
        origin = population.origin
        storage = .allocate(capacity: steps * population.size)
        storage.initialize(repeating: 0)
    }

    deinit { storage.deallocate() }

    /// Writes the potentials of a part after a step.
    func store(_ state: CoreState, _ compartments: Range<Int>, firstNeuron: Int, step: Int) {
        var neuron = firstNeuron
        for compartment in compartments {
            storage[step * size + neuron] = state.membrane(of: compartment) / scale + origin[neuron]
            neuron += 1
        }
    }

    var values: [Double] { Array(storage) }
}
