import Chips
import Foundation
import Lowering
import Networks
import Numerics
import Passes
import Storage
import Support
import Targets
import Testing

/// A network of which sPyNNaker 7.4.1 recorded the bytes that it writes to SDRAM.
struct SpiNNakerRegionCase: Sendable, CustomTestStringConvertible {
    var name: String
    var json: JSONValue

    var testDescription: String { name }

    static let all: [SpiNNakerRegionCase] = {
        let folder = vectorsFolder("golden/spinnaker/regions")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") || $0.hasSuffix(".json.gz") }.sorted().compactMap { file in
            guard let json = try? JSONValue(file: "\(folder)/\(file)"), let name = json["case"]?.string else { return nil }
            return SpiNNakerRegionCase(name: name, json: json)
        }
    }()

    /// A vertex that the recording placed.
    struct Vertex {
        var name: String
        var core: Int
        var neurons: Range<Int>
    }

    var vertices: [Vertex] {
        (json["placements"]?.array ?? []).compactMap { entry in
            guard let name = entry["vertex"]?.string, let p = entry["p"]?.int, let count = entry["n_atoms"]?.int,
                let first = entry["lo"]?.int
            else { return nil }
            return Vertex(name: name, core: p, neurons: first..<first + count)
        }
    }

    /// Neurons and synapses of `post` are on cores of their own.
    var isSplit: Bool { vertices.contains { $0.name.contains("_Synapses") } }

    /// Cores of `post`, without those of synapses alone.
    var neuronVertices: [Vertex] { vertices.filter { $0.name.hasPrefix("post") && !$0.name.contains("_Synapses") } }

    func network() throws -> Network {
        var network = Network(name: name, timestep: try #require(json["timestep"]?.double))
        let sources = try #require(json["n_pre"]?.int)
        let pre = network.populations.append(
            Population("pre", shape: [sources], cell: .spikeSourceArray(times: [[Double]](repeating: [], count: sources))))
        var model = NeuronModel(try kind())
        for parameter in ParameterName.allCases where model.kind.definition(of: parameter) != nil {
            if let value = json["params"]?[parameter.rawValue]?.double { model[parameter] = .uniform(value) }
        }
        // sPyNNaker's order of update: what arrives in a tick moves the membrane in that tick.
        model.order = .arrivalsFirst
        let post = network.populations.append(Population("post", shape: [try #require(json["n_post"]?.int)], cell: .neuron(model)))
        try append("exc", pre, post, .excitatory, to: &network)
        try append("inh", pre, post, .inhibitory, to: &network)
        try append("rec", post, post, .excitatory, to: &network)
        return network
    }

    private func kind() throws -> NeuronModel.Kind {
        switch json["model"]?.string {
        case "curr_exp": .currentExponential
        case "curr_delta": .currentDelta
        case "cond_exp": .conductanceExponential
        default: throw SpiNNakerRegionFault(what: "model \(json["model"]?.string ?? "none")")
        }
    }

    private func append(
        _ key: String, _ pre: ID<Population>, _ post: ID<Population>, _ receptor: Receptor, to network: inout Network
    ) throws {
        let rows = try #require(json[key]?.array).map { try #require($0.doubles) }
        let sorted = rows.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
        let pairs = sorted.map { Connector.Pair(source: Int32($0[0]), target: Int32($0[1])) }
        let steps = sorted.map { Float(($0[3] / network.timestep).rounded(.toNearestOrEven)) }
        network.projections.append(
            Projection(
                key, from: pre, to: post, .list(pairs),
                weight: .tensor(Tensor(shape: [rows.count], values: sorted.map { Float($0[2]) })),
                delay: .tensor(Tensor(shape: [rows.count], values: steps)), receptor: receptor))
    }

    /// The lowered network on the recorded cores.
    func routed(_ rule: Quantization.ShiftRule) throws -> RoutedGraph {
        let chip = try chip(named: "spin5")
        let quantized = try Quantization(to: chip, shiftRule: rule).run(try network())
        let most = neuronVertices.map(\.neurons.count).max() ?? 256
        let graph = try Partitioning(neuronsPerCore: most).run(quantized)
        try graph.verify()
        let places = vertices.filter { !$0.name.contains("_Synapses") }.map(\.core)
        try #require(graph.cores.count == places.count, "\(graph.cores.count) cores, and \(places.count) were recorded")
        return try Routing().run(PlacedGraph(coreGraph: graph, physicalCores: places))
    }

    /// A recorded region.
    struct Region {
        var core: Int
        var label: String
        var reserved: Int
        var words: [UInt32]
    }

    var regions: [Region] {
        (json["regions"]?.array ?? []).compactMap { entry in
            guard let p = entry["p"]?.int, let label = entry["label"]?.string, let reserved = entry["reserved"]?.int,
                let text = entry["hex"]?.string
            else { return nil }
            let digits = Array(text.utf8)
            var bytes: [UInt8] = []
            for place in stride(from: 0, to: digits.count - 1, by: 2) {
                bytes.append(UInt8(String(decoding: digits[place...place + 1], as: UTF8.self), radix: 16) ?? 0)
            }
            let words = stride(from: 0, to: bytes.count - 3, by: 4).map { place in
                (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
            }
            return Region(core: p, label: label, reserved: reserved, words: words)
        }
    }
}

struct SpiNNakerRegionFault: Error {
    var what: String
}
