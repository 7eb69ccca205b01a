import Chips
import Diagnostics
import Lowering
import Networks
import Numerics
import Storage

/// Writes the artifact of a network for BrainScaleS-2: one file for each execution, a loader for hxtorch users, the network as NIR.
struct BrainScaleSWriter {
    let graph: RoutedGraph

    static func fileName(_ execution: Int) -> String { "chip-\(execution).bss2.json" }

    func write(to directory: String) throws(DiagnosticsError) -> ArtifactReport {
        try BrainScaleSFamily().check(graph.chip)
        guard let routes = graph.crossbarRoutes, case .analog(let law) = graph.chip.arithmetic else {
            preconditionFailure("bug: the family 'brainscales' was given a network that was lowered for another kind of chip")
        }
        let names = graph.network.populations.map(\.name)
        let files = zip(graph.cores.ids, routes.executions).map { ExecutionFile(graph, execution: $0, $1, law) }
        let refusals = files.flatMap { $0.refusals(population: { names[$0] }, chip: graph.chip) }
        if !refusals.isEmpty { throw DiagnosticsError(refusals, isRefusal: true) }
        var artifact = try ArtifactBuilder(graph, family: BrainScaleSFamily.name, at: directory)
        var executions: [JSONValue] = []
        for (id, file) in zip(graph.cores.ids, files) {
            let json = file.json(
                network: graph.network.name, populations: names, sizes: graph.network.populations.map(\.size), scales: scales(id, law),
                speedup: law.speedup)
            let name = Self.fileName(file.number)
            try ByteFile.write(json.text() + "\n", to: artifact.path(of: name))
            try artifact.enter(name)
            let computed = Set(graph.cores[id].slices.map { graph.slices[$0].population }).sorted()
            executions.append([
                "file": .string(name), "depends_on": .array(file.dependencies.map { .integer($0) }),
                "populations": .array(computed.map { .string(names[$0.index]) }),
            ])
        }
        try ByteFile.write(LoaderScript.text, to: artifact.path(of: LoaderScript.fileName))
        try artifact.enter(LoaderScript.fileName)
        let network = NIRFile(graph: graph)
        let hindrance = network.hindrance
        if hindrance == nil {
            try network.write(to: artifact.path(of: NIRFile.name))
            try artifact.enter(NIRFile.name)
        }
        let origins = graph.neuronPopulations.map { id -> JSONValue in
            guard let targets = graph.placed.coreGraph.quantized.neurons(of: id)?.analog else { return 0 }
            return .number(-targets.leak / targets.scale)
        }
        return try artifact.publish(
            origins: origins, axonTables: graph.sourcePopulations.map { _ in "external_labels" },
            details: [("executions", .array(executions))],
            notes: notes(files, law) + (hindrance.map { ["\(NIRFile.name) was not written: \($0)"] } ?? []))
    }

    /// What weights, times and potentials of an execution mean in the model.
    private func scales(_ id: ID<VirtualCore>, _ law: AnalogArithmetic) -> JSONValue {
        let quantized = graph.placed.coreGraph.quantized
        let here = Set(graph.cores[id].slices.map { graph.slices[$0].population })
        let populations = here.sorted().map { population -> JSONValue in
            let targets = quantized.neurons(of: population)?.analog
            return [
                "population": .string(graph.network.populations[population].name),
                "membrane_lsb_per_unit": .number(targets?.scale ?? 1), "leak_lsb": .number(targets?.leak ?? 0),
            ]
        }
        let projections = graph.network.projections.ids.filter { here.contains(graph.network.projections[$0].post) }.map {
            id -> JSONValue in
            let (synapses, error) = (quantized.synapses(of: id), quantized.synapses(of: id).error)
            let quantizer = WeightQuantizer(id, of: graph.network, synapses: synapses, format: graph.chip.formats.weight)
            return .object(
                JSONObject([
                    ("projection", .string(graph.network.projections[id].name)),
                    ("weight_per_step", .number(quantizer.weight(ofMantissa: 1, target: 0))),
                    ("parallel", .integer(synapses.parallel)), ("synapses", .integer(error.synapses)), ("clipped", .integer(error.clipped)),
                    ("zeroed", .integer(error.zeroed)), ("rms_error", .number(error.rootMeanSquare)),
                    ("largest_error", .number(error.largest)),
                ]))
        }
        return [
            "time_us_per_ms": .number(1000 / law.speedup), "populations": .array(populations), "projections": .array(projections),
        ]
    }

    private func notes(_ files: [ExecutionFile], _ law: AnalogArithmetic) -> [String] {
        let gains = graph.placed.coreGraph.quantized.neurons.compactMap { $0?.analog }.flatMap { $0.gain.flatMap { $0 } }.filter { $0 > 0 }
        guard let least = gains.min(), let most = gains.max(), least > 0 else { return [] }
        let reach = law.levels.gain / law.gain.lowerBound
        guard most / least > reach else { return [] }
        return [
            "the synaptic strengths of the populations differ by a factor of \(shortest((most / least).rounded())), and biases of synaptic inputs reach \(shortest(reach.rounded())); more parallel synapses for the stronger ones bring them closer"
        ]
    }
}
