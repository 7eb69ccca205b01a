import Foundation
import Storage
import Support
import Targets
import Testing

/// Bytes that sPyNNaker 7.4.1 wrote for a network on a virtual board, and the network.
struct SpiNNakerRegionVector: Sendable, CustomTestStringConvertible {
    var name: String
    var json: JSONValue

    var testDescription: String { name }

    static let all: [SpiNNakerRegionVector] = {
        let folder = vectorsFolder("golden/spinnaker/regions")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") || $0.hasSuffix(".json.gz") }.sorted().compactMap { file in
            (try? JSONValue(file: "\(folder)/\(file)")).map { SpiNNakerRegionVector(name: file, json: $0) }
        }
    }()

    struct Region {
        var core: [Int]
        var label: String
        var words: [UInt32]
    }

    var regions: [Region] {
        (json["regions"]?.array ?? []).map { region in
            let digits = Array((region["hex"]?.string ?? "").utf8)
            let bytes = stride(from: 0, to: digits.count, by: 2).map {
                UInt32(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0
            }
            let words = stride(from: 0, to: bytes.count, by: 4).map { k in
                (0..<4).reduce(UInt32(0)) { $0 | bytes[k + $1] << UInt32(8 * $1) }
            }
            return Region(
                core: ["x", "y", "p"].map { region[$0]?.int ?? -1 }, label: region["label"]?.string ?? "", words: words)
        }
    }

    /// Cores by the beginning of their name: where they are, their key if they send, and their first neuron.
    func cores(_ prefix: String) -> [(core: [Int], key: UInt32?, first: Int, count: Int)] {
        (json["placements"]?.array ?? []).compactMap { placement in
            guard let vertex = placement["vertex"]?.string, vertex.hasPrefix(prefix) else { return nil }
            let key = json["keys"]?["\(vertex)|SPIKE"]?.ints?.first.map { UInt32($0) }
            return (
                ["x", "y", "p"].map { placement[$0]?.int ?? -1 }, key, placement["lo"]?.int ?? 0, placement["n_atoms"]?.int ?? 0
            )
        }
    }
}

/// A core of the emulator reads the tables and rows that sPyNNaker wrote: every connection comes out, and nothing else.
@Suite struct SpiNNakerRegionDecodingVectors {
    struct Connection: Hashable {
        var fields: [Int]
    }

    @Test func `there are networks`() { #expect(!SpiNNakerRegionVector.all.isEmpty) }

    @Test(arguments: SpiNNakerRegionVector.all)
    func `every connection is found by its packet`(vector: SpiNNakerRegionVector) throws {
        let regions = vector.regions
        let timestep = try #require(vector.json["timestep"]?.double)
        let factor = vector.json["model"]?.string == "cond_exp" ? 1024.0 : 1
        var found: [Connection] = []
        var shifts = [0, 0]
        for table in regions where table.label == "PopTable" {
            func words(_ label: String) throws -> [UInt32] {
                try #require(regions.first { $0.core == table.core && $0.label == label }).words
            }
            let parameters = try words("SynapseParams").map { Int($0) }
            let matrix = try words("SynBlocks")
            let population = try PopulationTable(table.words, in: vector.name)
            shifts = [parameters[7], parameters[8]]
            let (neuronBits, low) = (parameters[2], parameters[2] + parameters[3])
            let steps = 1 << parameters[4]
            let first = vector.cores("post").first { $0.core == table.core }?.first ?? 0
            func read(_ packet: UInt32, _ source: [Int], added: Int) {
                for word in population.synapses(of: packet, in: matrix) {
                    let bits = Int(word & 0xFFFF)
                    found.append(
                        Connection(
                            fields: source + [
                                first + (bits & ((1 << neuronBits) - 1)), (bits >> neuronBits) & ((1 << parameters[3]) - 1),
                                added + (bits >> low), Int(word >> 16),
                            ]))
                }
            }
            for (number, name) in ["pre(", "post"].enumerated() {
                for core in vector.cores(name) {
                    guard let key = core.key else { continue }
                    for n in 0..<core.count { read(key + (UInt32(n) << 4), [number, core.first + n], added: 0) }
                    // What its delay extension sends again.
                    for delay in regions where delay.label == "delay_params" && delay.words[2] == key {
                        let (count, stages) = (Int(delay.words[4]), Int(delay.words[5]))
                        for stage in 0..<stages {
                            for n in 0..<count {
                                read(
                                    delay.words[1] + (UInt32(stage * count + n) << 4), [number, core.first + n],
                                    added: (stage + 1) * steps)
                            }
                        }
                    }
                }
            }
        }
        var expected: [Connection] = []
        for (list, number, type) in [("exc", 0, 0), ("inh", 0, 1), ("rec", 1, 0)] {
            for entry in vector.json[list]?.array ?? [] {
                let values = entry.array?.compactMap { $0.double } ?? []
                let weight = (abs(values[2]) * factor * Double(1 << (15 - shifts[type]))).rounded(.toNearestOrEven)
                expected.append(
                    Connection(fields: [number, Int(values[0]), Int(values[1]), type, Int((values[3] / timestep).rounded()), Int(weight)]))
            }
        }
        #expect(!expected.isEmpty && found.count == expected.count)
        let (missing, spurious) = (Set(expected).subtracting(found), Set(found).subtracting(expected))
        #expect(missing.isEmpty && spurious.isEmpty, "\(missing.count) missing, \(spurious.count) spurious")
    }
}
