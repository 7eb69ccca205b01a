public import Diagnostics
import Foundation
public import Networks
import Numerics
import Storage
import YAML

/// Writes a network to a YAML file; lists of more than 64 numbers go to an HDF5 file beside it, `<name>.weights-<digest>.h5`.
///
/// The numbers are named by their digest and are there before the description that names them appears, in one step: at any moment,
/// also after a kill, the description has the numbers that it was written with. Those of an earlier description are removed at the
/// end. Whatever file a tensor was read from, it is written anew, so that the network can be moved with its two files.
/// - Returns: the path of the HDF5 file, or nil when none was needed.
@discardableResult
public func writeNetwork(_ network: Network, to path: String) throws(DiagnosticsError) -> String? {
    var network = network
    for id in network.projections.ids {
        network.projections[id].weight = network.projections[id].weight.withoutOrigin
        network.projections[id].delay = network.projections[id].delay.withoutOrigin
    }
    let datasets = NetworkDatasets(of: network)
    let stem = path.hasSuffix(".yaml") ? String(path.dropLast(5)) : path.hasSuffix(".yml") ? String(path.dropLast(4)) : path
    let numbersPath = try datasets.write(besides: stem)
    let numbersName = fileName(of: numbersPath)
    var printer = NetworkPrinter(network)
    printer.reference = { key in
        guard datasets.arrays.contains(where: { $0.key == key }) else { return nil }
        return Node(.mapping([Node.Entry("file", Node(numbersName)), Node.Entry("dataset", Node("/" + key))]))
    }
    try ByteFile.write(printYAML(printer.tree), to: path)
    removeOtherNumbers(of: stem, than: numbersName)
    return datasets.arrays.isEmpty ? nil : numbersPath
}

private func fileName(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

/// Removes the numbers of earlier descriptions of the same name.
private func removeOtherNumbers(of stem: String, than kept: String) {
    let (folder, name) = (folderName(of: stem), fileName(of: stem))
    for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where file != kept {
        guard file.hasPrefix(name + ".weights-"), file.hasSuffix(".h5"), file.count == name.count + ".weights-0123456789ab.h5".count else {
            continue
        }
        try? FileManager.default.removeItem(atPath: folder + "/" + file)
    }
}

/// The arrays of a network that are too long for its YAML, by the paths that they have in an HDF5 file.
private struct NetworkDatasets {
    static let longestInline = 64

    private(set) var arrays: [(key: String, array: NumericArray)] = []

    init(of network: Network) {
        for population in network.populations {
            let key = "populations/\(population.name)"
            switch population.cell {
            case .neuron(let model):
                for definition in model.kind.parameters { add(model.values[definition.name], "\(key)/\(definition.name.rawValue)") }
            case .spikeSourcePoisson(let rate, _, _): add(rate, "\(key)/rate")
            case .input, .spikeSourceArray: break
            }
        }
        for projection in network.projections {
            let key = "projections/\(projection.name)"
            if case .list(let pairs) = projection.connector, pairs.count > Self.longestInline {
                arrays.append(("\(key)/list", NumericArray(pairs.flatMap { [$0.source, $0.target] }, shape: [pairs.count, 2])))
            }
            if case .tensor(let tensor) = projection.weight, tensor.values.count > Self.longestInline {
                arrays.append(("\(key)/weight", NumericArray(tensor.values, shape: tensor.shape)))
            }
            if case .tensor(let tensor) = projection.delay, tensor.values.count > Self.longestInline {
                // Files hold delays in ms.
                let delays = tensor.values.map { Double($0) * network.timestep }
                arrays.append(("\(key)/delay", NumericArray(delays, shape: tensor.shape)))
            }
        }
    }

    /// Writes the arrays to a file that is named by their digest.
    /// - Returns: its path; without arrays, where it would not be.
    func write(besides stem: String) throws(DiagnosticsError) -> String {
        guard !arrays.isEmpty else { return stem + ".weights.h5" }
        let draft = stem + ".weights.draft.h5"
        try HDF5File.write(to: draft) { file throws(DiagnosticsError) in
            for (key, array) in arrays { try file.write(array, to: "/" + key) }
        }
        let path = "\(stem).weights-\(try sha256(ofFile: draft).prefix(12)).h5"
        guard rename(draft, path) == 0 else {
            throw DiagnosticsError(
                Diagnostic(
                    "network-weights-unwritten", "cannot put the weights at '\(path)'",
                    help: "choose a place that can be written"))
        }
        return path
    }

    private mutating func add(_ parameter: Parameter?, _ key: String) {
        guard case .perNeuron(let values) = parameter, values.count > Self.longestInline else { return }
        arrays.append((key, NumericArray(values)))
    }
}

extension ValueRule {
    fileprivate var withoutOrigin: ValueRule {
        guard case .tensor(var tensor) = self else { return self }
        tensor.origin = nil
        return .tensor(tensor)
    }
}
