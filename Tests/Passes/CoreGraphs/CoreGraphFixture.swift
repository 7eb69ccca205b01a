import Chips
import Diagnostics
import Lowering
import Numerics
import Passes
import Storage

/// Core graphs and machines made of a seed.
enum CoreGraphFixture {
    /// Populations of a few cores, each sending to itself and some others.
    static func graph(populations: Int, coresEach: Int, fanOut: Int, seed: UInt64) throws(DiagnosticsError) -> CoreGraphFile {
        let random = Philox(seed: seed, purpose: "test/core-graph")
        var populationList: [JSONValue] = []
        var nets: [JSONValue] = []
        for population in 0..<populations {
            let first = population * coresEach
            populationList.append(
                .object(
                    JSONObject([
                        ("name", .string("p\(population)")), ("first", .integer(first)), ("count", .integer(coresEach)),
                        ("neurons", .integer(coresEach * 32)), ("rate", .number(5)),
                    ])))
            var reached: Set<Int> = [population]
            for pick in 0..<fanOut { reached.insert(random.integer(population * fanOut + pick, below: populations)) }
            let ranges = reached.sorted().flatMap { [JSONValue.integer($0 * coresEach), .integer(($0 + 1) * coresEach - 1)] }
            for core in first..<first + coresEach { nets.append([.integer(core), .number(Double(1 + core % 7)), .array(ranges)]) }
        }
        return try CoreGraphFile(
            .object(
                JSONObject([
                    ("format", "coregraph/1"), ("name", "made"), ("neurons", .integer(populations * coresEach * 32)),
                    ("neurons_per_core", 32),
                    ("populations", .array(populationList)), ("nets", .array(nets)),
                ])), file: "made.json")
    }

    /// A share of the chips dead, and a few cores and links besides.
    static func faults(_ torus: HexagonalTorus, chips share: Double, seed: UInt64) -> Faults {
        let random = Philox(seed: seed, purpose: "test/faults")
        var faults = Faults()
        for router in 0..<torus.routerCount where torus.hasChip(router) {
            if random.uniform(router) < share { faults.deadChips.insert(router) }
            if random.uniform(100_000 + router) < 0.1 { faults.deadCores.insert(torus.applicationCores(ofRouter: router).lowerBound) }
            for link in 0..<3 where random.uniform(200_000 + 3 * router + link) < 0.03 {
                guard let other = torus.neighbour(router, link) else { continue }
                faults.deadLinks.formUnion([RouterLink(from: router, to: other), RouterLink(from: other, to: router)])
            }
        }
        return faults
    }
}
