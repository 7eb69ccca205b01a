import Foundation
import Numerics
import Storage
import Support
import Testing

/// `kill -9` at random moments leaves the old result or the new one, whole, and training goes on where it was.
@Suite(.serialized) struct KillTests {
    private static let moments = 100

    /// A random moment of a run that takes `seconds`, a little past its end too.
    private func moment(_ index: Int, of seconds: Double) -> Double { Philox(seed: 9, purpose: "kill").uniform(index) * seconds * 1.1 }

    /// Seconds that an undisturbed run takes.
    private func duration(of arguments: [String], in folder: String) throws -> Double {
        let started = ContinuousClock.now
        let outcome = try Program.run(arguments, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return (ContinuousClock.now - started) / .seconds(1)
    }

    @Test func compile() throws {
        try withTemporaryDirectory { folder in
            try Program.writeSmallNetwork(to: "\(folder)/small.yaml")
            func arguments(_ seed: Int) -> [String] {
                ["compile", "small.yaml", "--target", "loihi1", "-o", "out", "--seed", "\(seed)"]
            }
            var known: [[String: Data]] = []
            var duration = 0.0
            for seed in [1, 2] {
                duration = try self.duration(of: arguments(seed), in: folder)
                known.append(try snapshot("\(folder)/out"))
            }
            #expect(known[0] != known[1])
            var killed = 0
            for index in 0..<Self.moments {
                let outcome = try Program.run(arguments(1 + index % 2), in: folder, killAfter: moment(index, of: duration))
                if outcome.wasKilled { killed += 1 }
                #expect(known.contains(try snapshot("\(folder)/out")), "after moment \(index)")
            }
            #expect(killed > Self.moments / 4, "only \(killed) runs were killed before their end")
            // The next run removes what killed ones left beside the artifact.
            #expect(try Program.run(arguments(1), in: folder).status == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["out", "small.yaml"])
        }
    }

    @Test func train() throws {
        try withTemporaryDirectory { folder in
            try Program.writeSmallNetwork(to: "\(folder)/small.yaml", epochs: 6)
            let arguments = ["train", "small.yaml", "-o", "trained/small.yaml"]
            let duration = try duration(of: arguments, in: folder)
            // The curve is written last, and belongs to nobody's answer.
            func model() throws -> [String: Data] { try snapshot("\(folder)/trained").filter { !$0.key.contains("curve") } }
            let finished = try model()
            #expect(finished.count == 2, "a description and its weights: \(finished.keys.sorted())")
            var killed = 0
            for index in 0..<Self.moments {
                // Every tenth time from nothing; else the run before, killed or not, is what the next one finds.
                if index % 10 == 0 { try? FileManager.default.removeItem(atPath: "\(folder)/trained") }
                if try Program.run(arguments, in: folder, killAfter: moment(index, of: duration)).wasKilled { killed += 1 }
                let files = (try? model()) ?? [:]
                if let description = files["small.yaml"] {
                    #expect(description == finished["small.yaml"], "after moment \(index)")
                    for (name, bytes) in finished { #expect(files[name] == bytes, "\(name) after moment \(index)") }
                }
            }
            #expect(killed > Self.moments / 4, "only \(killed) runs were killed before their end")
            // Whatever the last killed run left, going on from it ends where the uninterrupted training did.
            #expect(try Program.run(arguments, in: folder).status == 0)
            let resumed = try model()
            for (name, bytes) in finished { #expect(resumed[name] == bytes, "\(name) differs after resuming") }
        }
    }
}
