import Foundation
import Networks
import Simulation
import Storage
import Support
import Targets
import Testing

/// Files that lava-dl's reader runs, with the spikes that it computes: ours reads them and computes the same.
@Suite struct NetXVectors {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var json: JSONValue
        var file: String

        var testDescription: String { name }
    }

    static let cases: [Case] = {
        let folder = vectorsFolder("golden/loihi/netx")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted().compactMap { file in
            guard let json = try? JSONValue(file: "\(folder)/\(file)"), let net = json["net"]?.string else { return nil }
            return Case(name: String(file.dropLast(5)), json: json, file: "\(folder)/\(net)")
        }
    }()

    @Test func vectorsArePresent() { #expect(!Self.cases.isEmpty) }

    @Test(arguments: cases)
    func filesAreRead(_ vector: Case) throws {
        let network = try NetXFile.read(vector.file)
        let weights = try #require(vector.json["weights"]?.array).map { try #require($0.array).flatMap { $0.ints ?? [] }.map { Int32($0) } }
        #expect(network.layers.map(\.weights) == weights)
        for (index, layer) in network.layers.enumerated() {
            let neuron = try #require(vector.json["neuron"]?[index])
            #expect(layer.currentDecay == neuron["iDecay"]?.int && layer.membraneDecay == neuron["vDecay"]?.int)
            #expect(layer.threshold == neuron["vThMant"]?.int)
            #expect(layer.bias == vector.json["bias"]?[index]?.ints?.map { Int32($0) })
            let delays = vector.json["delay"]?[index]?.ints ?? [Int](repeating: 0, count: layer.inputs)
            #expect((0..<layer.inputs).map { Int(layer.delay(output: 0, input: $0)) } == delays)
        }
    }

    @Test(arguments: cases)
    func spikesAreThoseOfLavasReader(_ vector: Case) throws {
        let network = try NetXFile.read(vector.file)
        let input = try #require(vector.json["input"]?.array).map { try #require($0.ints) }
        let output = try #require(vector.json["output"]?.array).map { try #require($0.ints) }
        var events = Stimulus.Events(offsets: [0], neurons: [])
        for row in input {
            events.neurons += row.indices.filter { row[$0] != 0 }.map { Int32($0) }
            events.offsets.append(Int32(events.neurons.count))
        }
        var machine = try NetXModel.machine(network)
        let last = "layer\(network.layers.count)"
        let recording = try machine.run(Stimulus([("input", events)]), steps: input.count, record: RecordingRequest(spikes: [last]))
        var rows = output.map { $0.map { _ in 0 } }
        for spike in recording.spikes[last] ?? [] { rows[Int(spike.step)][Int(spike.neuron)] = 1 }
        #expect(rows == output)
        #expect(output.joined().contains(1))
    }

    /// Our file of the same network has the same datasets, types and shapes, and reads back as the same network.
    @Test(arguments: cases)
    func filesAreLaidOutAlike(_ vector: Case) throws {
        let network = try NetXFile.read(vector.file)
        try withTemporaryDirectory { directory in
            try NetXFile.write(network, to: "\(directory)/ours.net")
            let (theirs, ours) = (try HDF5File.open(vector.file), try HDF5File.open("\(directory)/ours.net"))
            let names = try datasets(theirs, "")
            #expect(try datasets(ours, "") == names)
            for name in names {
                let (expected, actual) = (try theirs.describe(name), try ours.describe(name))
                #expect(actual.shape == expected.shape && actual.content == expected.content, "\(name)")
            }
            #expect(try NetXFile.read("\(directory)/ours.net") == network)
        }
    }

    private func datasets(_ file: HDF5File, _ group: String) throws -> [String] {
        try file.members(of: group.isEmpty ? "/" : group).flatMap { member in
            let name = group.isEmpty ? member : "\(group)/\(member)"
            return file.kind(of: name) == .group ? try datasets(file, name) : [name]
        }
    }
}
