import Chips
import Diagnostics
import FrontEnd
import Networks
import Simulation
import Storage

/// BrainScaleS-2, booted from an artifact: physical neurons in continuous time, one execution after the other.
///
/// What a specimen's neurons make of their targets, noise and losses follow the `variation` of the chip's description; with all of it
/// off, neurons are ideal. Noise is keyed by what is presented, so that a sample's answer does not depend on the order of samples.
struct BrainScaleSEmulator: Emulator {
    let inputs: [String]
    let populations: [String]
    private(set) var statistics = EmulatorStatistics()
    private let executions: [EmulatedExecution]
    private let cores: [ContinuousCore]
    private let sizes: [String: Int]
    /// In ms.
    private let timestep: Double

    /// Of the full chip with its links and processors: Cramer et al. 2022, PNAS 119:e2109194119, table 2 (about 200 mW).
    static let power = 0.2

    init(_ directory: String) throws(DiagnosticsError) {
        let manifest = try ArtifactManifest(directory)
        guard let timestep = manifest.json["timestep_ms"]?.double, timestep > 0, timestep <= 1e6 else {
            throw ArtifactManifest.damaged(manifest.path, "'timestep_ms' is missing")
        }
        let (executions, variation) = try Self.executions(in: directory)
        self.timestep = timestep
        self.executions = executions
        inputs = (manifest.json["inputs"]?.array ?? []).compactMap { $0.string ?? $0["name"]?.string ?? $0["population"]?.string }
        var sizes: [String: Int] = [:]
        var names: [String] = []
        for execution in executions {
            for (name, indices) in execution.onChip {
                if sizes[name] == nil { names.append(name) }
                sizes[name] = max(sizes[name] ?? 0, (indices.max() ?? -1) + 1)
            }
            for (name, labels) in execution.image.externalLabels { sizes[name] = max(sizes[name] ?? 0, labels.count) }
        }
        self.sizes = sizes
        let order = executions.first?.image.populations ?? []
        populations = order.filter { names.contains($0) }
        cores = executions.map { execution in
            var disturbance = ContinuousDisturbance(seed: variation.seed)
            (disturbance.eventLoss, disturbance.jitter) = (variation.eventLoss, variation.jitter)
            if variation.thresholdNoise > 0 { disturbance.thresholdNoise = execution.thresholdNoise }
            return ContinuousCore(execution.network, disturbance: disturbance)
        }
    }

    /// What an artifact configures, as the specimen of its chip's description has it.
    static func executions(in directory: String) throws(DiagnosticsError) -> ([EmulatedExecution], AnalogVariation) {
        let manifest = try ArtifactManifest(directory)
        let chip = try readChip(try manifest.checkedFile("chip.yaml"))
        guard case .analog(let law) = chip.arithmetic else {
            throw ArtifactManifest.damaged(manifest.path, "its chip has no physical neurons")
        }
        try BrainScaleSFamily().check(chip)
        for file in manifest.json["files"]?.array ?? [] {
            if let name = file["name"]?.string { _ = try manifest.checkedFile(name) }
        }
        guard let listed = manifest.json["executions"]?.array else {
            throw ArtifactManifest.damaged(manifest.path, "'executions' is missing")
        }
        let names = listed.compactMap { $0["file"]?.string }
        guard !names.isEmpty, Set(names).count == listed.count else {
            throw ArtifactManifest.damaged(manifest.path, "'executions' is empty, or names a file twice or none")
        }
        let specimen = Specimen(variation: law.variation)
        var executions: [EmulatedExecution] = []
        for entry in listed {
            guard let file = entry["file"]?.string else { throw ArtifactManifest.damaged(manifest.path, "an execution has no file") }
            let path = try manifest.checkedFile(file)
            executions.append(try EmulatedExecution(ExecutionImage(path), specimen: specimen, path: path))
        }
        return (executions, law.variation)
    }

    mutating func reset() {}

    mutating func run(_ stimulus: Stimulus, steps: Int, record request: RecordingRequest) throws(DiagnosticsError) -> Recording {
        for (name, _) in stimulus.populations where !inputs.contains(name) {
            throw DiagnosticsError(
                Diagnostic(
                    "simulation-unknown-input", "the artifact has no input population '\(name)'",
                    help: "the inputs are \(inputs.joined(separator: ", "))"))
        }
        // Events by population, in µs of the hardware.
        let scale = executions.first?.image.timeScale ?? 1
        var events: [String: [TimedSpike]] = [:]
        var key: UInt64 = 0xcbf2_9ce4_8422_2325
        for (name, given) in stimulus.populations {
            let timed = given.timed(timestep: timestep).map { TimedSpike(time: $0.time * scale, neuron: $0.neuron) }
            for spike in timed {
                key = (key ^ spike.time.bitPattern) &* 0x0000_0100_0000_01b3
                key = (key ^ UInt64(UInt32(bitPattern: spike.neuron))) &* 0x0000_0100_0000_01b3
            }
            events[name] = timed
        }
        let end = Double(steps) * timestep * scale
        let run = Int(truncatingIfNeeded: key >> 1)
        var recording = Recording(steps: steps)
        for (execution, core) in zip(executions, cores) {
            var given = execution.onChip.map { _ in [TimedSpike]() }
            for (source, name) in execution.outside.enumerated() {
                let size = execution.network.populations[execution.onChip.count + source].size
                given.append((events[name] ?? []).filter { Int($0.neuron) < size })
            }
            let recorded = Set(execution.onChip.indices.filter { request.membranes.contains(execution.onChip[$0].name) })
            let before = core.synapticEvents
            let spikes = core.run(given, until: end, run: run, membranes: recorded, step: timestep * scale)
            statistics.synapticOperations += core.synapticEvents - before
            for (place, (name, indices)) in execution.onChip.enumerated() {
                let global = spikes[place].map { TimedSpike(time: $0.time, neuron: Int32(indices[Int($0.neuron)])) }
                statistics.spikes += global.count
                events[name] = ((events[name] ?? []) + global).sorted { ($0.time, $0.neuron) < ($1.time, $1.neuron) }
                keep(core.membranes[place], of: name, indices, steps: steps, scale: execution.image.scales[name], in: &recording)
            }
            // A run of more than a day of the hardware counts as one.
            let time = min(end + execution.image.wait, 86_400e6)
            statistics.femtoseconds &+= Int((time * 1e9).rounded())
            // W · µs = µJ.
            statistics.femtojoules &+= Int((time * Self.power * 1e9).rounded())
        }
        statistics.steps += steps
        for name in request.spikes where populations.contains(name) || inputs.contains(name) {
            let spikes = (events[name] ?? []).map { TimedSpike(time: $0.time / scale, neuron: $0.neuron) }
            recording.set(spikes, of: name, timestep: timestep)
        }
        return recording
    }

    /// Membranes as relative potentials of the model.
    private func keep(
        _ membranes: [Double]?, of name: String, _ indices: [Int], steps: Int, scale: (perUnit: Double, leak: Double)?,
        in recording: inout Recording
    ) {
        guard let membranes, let size = sizes[name] else { return }
        let (perUnit, leak) = scale ?? (1, 0)
        var table = recording.membranes[name] ?? [Double](repeating: 0, count: steps * size)
        for step in 0..<min(steps, membranes.count / max(indices.count, 1)) {
            for (local, neuron) in indices.enumerated() {
                table[step * size + neuron] = (membranes[step * indices.count + local] - leak) / perUnit
            }
        }
        recording.membranes[name] = table
    }
}
