import Lowering
import Passes
import Spikewright
import Support
import Testing

/// The check of routes runs by itself on small networks, on demand on all, and the report says what it showed.
@Suite struct RouteCheckTests {
    static func compiled(for target: Target, _ checksRoutes: Bool?) throws -> Compilation {
        var options = LoweringOptions()
        options.checksRoutes = checksRoutes
        return try withTemporaryDirectory { (folder: String) throws in
            try compile(Model(at: "digits"), for: target, at: "\(folder)/out", options: options)
        }
    }

    @Test(arguments: ["spin5", "loihi2"]) func runsByItself(target: String) throws {
        let compilation = try Self.compiled(for: Target(target), nil)
        let proof = try #require(compilation.routes)
        #expect(proof.nets == compilation.graph.coreGraph.nets.count && proof.deliveries >= proof.nets)
        #expect((proof.keys > 0) == (target == "spin5") && (proof.entries > 0) == (target == "spin5"))
        #expect(compilation.text.contains("routes checked: each of "))
        #expect(compilation.json["routes_checked"]?["nets"]?.int == proof.nets)
    }

    @Test func saysThatItDidNotRun() throws {
        let compilation = try Self.compiled(for: Target("spin5"), false)
        #expect(compilation.routes == nil && compilation.text.contains("routes not checked"))
    }
}
