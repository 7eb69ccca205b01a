import Diagnostics
import Foundation
import FrontEnd
import Networks
import Numerics
import Support
import Testing

/// What is printed reads back as the same network.
@Suite struct NetworkPrintingTests {
    @Test(arguments: 0..<200) func `a random network survives printing and reading`(seed: Int) throws {
        let network = RandomNetworks.network(UInt64(seed))
        let text = printNetwork(network)
        do {
            let read = try readNetwork(text, file: "random.yaml").network
            #expect(read.withoutPlaces == network, "\(difference(network, read.withoutPlaces))\n\(text)")
            #expect(printNetwork(read) == text)
        } catch {
            Issue.record("\(error)\n\(text)")
        }
    }

    @Test(arguments: 200..<220) func `a random network survives writing, its tensors in a file beside`(seed: Int) throws {
        var network = RandomNetworks.network(UInt64(seed))
        let (pre, post) = (ID<Population>(0), ID<Population>(1))
        if !network.populations[post].cell.isSource {
            let shape = [network.populations[pre].size, network.populations[post].size]
            let values = (0..<shape.reduce(1, *)).map { Float($0) / 7 }
            network.projections.append(
                Projection(
                    "large", from: pre, to: post, .allToAll(allowSelf: true), weight: .tensor(Tensor(shape: shape, values: values)),
                    delay: .tensor(Tensor(shape: shape, values: values.map { 1 + $0.rounded() })), receptor: .bySign))
        }
        let size = 100
        network.populations.append(
            Population(
                "many", shape: [size], cell: .neuron(NeuronModel(.leaky, [.tauM: .perNeuron((0..<size).map { 1 + Double($0) / 3 })]))))
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("spikewright-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("network.yaml").path
        let numbers = try writeNetwork(network, to: path)
        #expect(numbers.map { $0.hasPrefix(folder.appendingPathComponent("network.weights-").path) && $0.hasSuffix(".h5") } == true)
        let read = try readNetwork(at: path).network
        #expect(read.withoutPlaces == network, "\(difference(network, read.withoutPlaces))")
    }

    @Test func `a small network is written without a second file`() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("spikewright-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var network = Network(name: "small")
        network.populations.append(Population("a", shape: [1], cell: .neuron(NeuronModel(.leaky))))
        #expect(try writeNetwork(network, to: path) == nil)
        #expect(try readNetwork(at: path).network.withoutPlaces == network)
    }

    @Test func `the digits model prints as it was reviewed`() throws {
        let network = try readNetwork(at: Golden.repository + "/Models/digits.yaml").network
        expectGolden(printNetwork(network), "stages/network-digits.expected")
    }

    /// Names the first part that differs.
    private func difference(_ left: Network, _ right: Network) -> String {
        for (a, b) in zip(left.populations, right.populations) where a != b { return "population\n\(a)\n\(b)" }
        for (a, b) in zip(left.projections, right.projections) where a != b { return "projection\n\(a)\n\(b)" }
        return "task \(left.task == right.task), readout \(left.readout == right.readout), learning \(left.learning == right.learning)"
    }
}

extension Network {
    /// The network without places and without the names of the files that numbers were read from.
    var withoutPlaces: Network {
        var network = self
        for id in network.populations.ids { network.populations[id].place = nil }
        for id in network.projections.ids {
            network.projections[id].place = nil
            network.projections[id].weight = network.projections[id].weight.withoutOrigin
            network.projections[id].delay = network.projections[id].delay.withoutOrigin
        }
        network.task?.place = nil
        network.learning?.place = nil
        network.learning?.options.removePlaces()
        return network
    }
}

extension ValueRule {
    fileprivate var withoutOrigin: ValueRule {
        guard case .tensor(let tensor) = self else { return self }
        return .tensor(Tensor(shape: tensor.shape, values: tensor.values))
    }
}

extension OptionTree {
    fileprivate mutating func removePlaces() {
        place = nil
        switch value {
        case .list(var items):
            for index in items.indices { items[index].removePlaces() }
            value = .list(items)
        case .map(var entries):
            for index in entries.indices {
                entries[index].place = nil
                entries[index].value.removePlaces()
            }
            value = .map(entries)
        default: break
        }
    }
}
