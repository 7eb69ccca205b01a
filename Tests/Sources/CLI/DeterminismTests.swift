import Foundation
import Storage
import Support
import Testing

/// The same input, seed and version give the same bytes, whatever the number of threads.
@Suite struct DeterminismTests {
    @Test func artifactsAreEqualByteForByte() throws {
        try withTemporaryDirectory { folder in
            for (name, threads) in [("one", "1"), ("again", "1"), ("two", "2")] {
                let outcome = try Program.run(["compile", "digits", "--target", "loihi1", "-o", "\(folder)/\(name)", "--threads", threads])
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            let one = try snapshot("\(folder)/one")
            #expect(one.count >= 4)
            #expect(try snapshot("\(folder)/again") == one)
            #expect(try snapshot("\(folder)/two") == one)
        }
    }

    @Test func reportsAreEqualButForTheTimeTaken() throws {
        try withTemporaryDirectory { folder in
            try Program.writeSmallNetwork(to: "\(folder)/small.yaml")
            var reports: [JSONValue] = []
            for threads in ["1", "1", "2"] {
                _ = try Program.run(
                    ["verify", "small.yaml", "--target", "loihi2", "--threads", threads, "--json", "report.json"], in: folder)
                guard case .object(var report) = try JSONValue(file: "\(folder)/report.json") else { continue }
                report["seconds"] = nil
                reports.append(.object(report))
            }
            #expect(reports.count == 3 && reports[0] == reports[1] && reports[0] == reports[2])
        }
    }

    @Test func trainingIsEqualForAnyNumberOfThreads() throws {
        try withTemporaryDirectory { folder in
            try Program.writeSmallNetwork(to: "\(folder)/small.yaml")
            for threads in ["1", "2"] {
                let outcome = try Program.run(
                    ["train", "small.yaml", "-o", "\(threads)/trained.yaml", "--weights", "\(threads)/learnt.h5", "--threads", threads],
                    in: folder)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(FileManager.default.fileExists(atPath: "\(folder)/\(threads)/learnt.h5"))
            }
            #expect(try snapshot("\(folder)/1") == snapshot("\(folder)/2"))
        }
    }
}
