import Foundation
import Storage
import Support
import Testing

@Suite struct ExitCodeTests {
    @Test func aCompiledNetworkIsInspectedDrawnAndSimulated() throws {
        try withTemporaryDirectory { folder in
            try Program.writeSmallNetwork(to: "\(folder)/small.yaml")
            let compiled = try Program.run(
                ["compile", "small.yaml", "--target", "loihi1", "-o", "out", "--json", "compile.json"], in: folder)
            #expect(compiled.status == 0, "\(compiled.errors)")
            #expect(compiled.output.contains("limited by"))
            let json = try JSONValue(file: "\(folder)/compile.json")
            #expect(json["placement"]?["cores"]?.array?.count == 1)
            #expect(try Program.run(["inspect", "out"], in: folder).output.contains("1 of 128 cores"))
            #expect(try Program.run(["inspect", "small.yaml", "--target", "loihi1"], in: folder).output.contains("input->hidden"))
            #expect(try Program.run(["draw", "out", "-o", "placement.svg"], in: folder).status == 0)
            #expect(try String(contentsOfFile: "\(folder)/placement.svg", encoding: .utf8).contains("</svg>"))
            let simulated = try Program.run(
                ["simulate", "out", "--showing", "small.yaml", "--sample", "3", "--json", "run.json"], in: folder)
            #expect(simulated.status == 0, "\(simulated.errors)")
            #expect(try JSONValue(file: "\(folder)/run.json")["steps"]?.int == 10)
            #expect(try Program.run(["simulate", "small.yaml", "--steps", "7"], in: folder).output.contains("7 steps"))
        }
    }

    @Test func verifySaysYesAndNo() throws {
        try withTemporaryDirectory { folder in
            try Program.writeSmallNetwork(to: "\(folder)/small.yaml")
            let yes = try Program.run(["verify", "small.yaml", "--target", "loihi2", "--json", "report.json"], in: folder)
            #expect(yes.status == 0, "\(yes.errors)")
            #expect(yes.errors.isEmpty, "no progress in a pipe: \(yes.errors)")
            let report = try JSONValue(file: "\(folder)/report.json")
            for key in [
                "metric", "reference", "lowered", "drop", "confidence", "agreement", "samples", "populations", "attribution", "resources",
                "traffic",
                "energy_J", "time_s", "seconds",
            ] { #expect(report[key] != nil, "no key \(key)") }
            let parts = try #require(report["attribution"]?.array).compactMap { $0["drop"]?.double }
            #expect(abs(parts.reduce(0, +) - (report["drop"]?.double ?? .nan)) < 1e-12, "the parts make the whole")
            // Weights of two bits leave little of a network.
            let no = try Program.run([
                "verify", "digits", "--target", "loihi2", "--samples", "40", "--weight-bits", "2", "--max-drop", "1%",
            ])
            #expect(no.status == 1, "\(no.output) \(no.errors)")
        }
    }

    @Test func badInputIsTwo() throws {
        try withTemporaryDirectory { folder in
            try "spikewright: 1\nnetwork: x\npopulatons: {}\n".write(toFile: "\(folder)/bad.yaml", atomically: true, encoding: .utf8)
            let bad = try Program.run(["compile", "bad.yaml", "--target", "loihi1", "-o", "out"], in: folder)
            #expect(bad.status == 2)
            #expect(bad.errors.contains("bad.yaml:3:1: error:") && bad.errors.contains("did you mean 'populations'?"))
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/out"), "nothing is half written")
            #expect(try Program.run(["compile", "digits", "--target", "loihi7", "-o", "out"], in: folder).status == 2)
            #expect(try Program.run(["inspect", "nowhere.yaml"], in: folder).status == 2)
            #expect(try Program.run(["draw", "nowhere"], in: folder).status == 2)
            #expect(try Program.run(["bench", "matrix", "nowhere"], in: folder).status == 2)
            #expect(try Program.run(["bench", "matrix", "digits", "--targets", "loihi7"], in: folder).status == 2)
        }
    }

    /// Numbers are asked for: rules for classes refuse, others say their square error; what is wrong with a rule comes before its budget.
    @Test func trainingSaysWhatItCannotLearn() throws {
        try withTemporaryDirectory { folder in
            func train(_ learning: String, _ arguments: String...) throws -> Program.Outcome {
                let text = """
                    spikewright: 1
                    network: sums
                    task: {data: {adding: {train: 8, test: 8}}, encode: {series: {duration: 250 ms}}}
                    populations:
                      numbers: {size: 2, cell: input}
                      mean: {size: 1, units: normalized, cell: {li: {tau_m: 20 ms}}}
                    projections: [{pre: numbers, post: mean, connector: all_to_all, weight: 0.1}]
                    readout: {population: mean, decode: mean_membrane}
                    learning: \(learning)
                    """
                try text.write(toFile: "\(folder)/sums.yaml", atomically: true, encoding: .utf8)
                return try Program.run(["train", "sums.yaml", "--restart"] + arguments, in: folder)
            }
            let refused = try train("{rule: deep-rewiring, epochs: 1}", "-o", "out.yaml")
            #expect(refused.status == 2 && refused.errors.contains("the targets of this task are numbers"), "\(refused.errors)")
            let learnt = try train("{rule: bptt, epochs: 1}", "-o", "out.yaml")
            #expect(learnt.status == 0 && learnt.output.contains("normalised square error"), "\(learnt.output) \(learnt.errors)")
            let misspelt = try train("{rule: eprop, dmp: 2}", "-o", "out.yaml", "--target", "loihi2", "--on-chip")
            #expect(misspelt.status == 2 && misspelt.errors.contains("dmp"), "\(misspelt.errors)")
            let into = try train("{rule: bptt, epochs: 1}", "-o", folder)
            #expect(into.status == 2 && into.errors.contains("is a folder"), "\(into.errors)")
        }
    }

    @Test func aNetworkThatDoesNotFitIsOne() throws {
        try withTemporaryDirectory { folder in
            let text = """
                spikewright: 1
                network: large
                populations:
                  a: {size: 6000, cell: lif, units: normalized}
                  b: {size: 6000, cell: lif, units: normalized}
                projections:
                  - {pre: a, post: b, connector: all_to_all, weight: 0.5}
                """
            try text.write(toFile: "\(folder)/large.yaml", atomically: true, encoding: .utf8)
            let outcome = try Program.run(["compile", "large.yaml", "--target", "loihi1", "-o", "out"], in: folder)
            #expect(outcome.status == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains("help:"))
        }
    }

    @Test func aNetworkBeyondMemoryIsRefused() throws {
        try withTemporaryDirectory { folder in
            let text = "spikewright: 1\nnetwork: huge\npopulations:\n  a: {size: 2147483647, cell: lif, units: normalized}\n"
            try text.write(toFile: "\(folder)/huge.yaml", atomically: true, encoding: .utf8)
            #expect(try Program.run(["simulate", "huge.yaml"], in: folder).status == 1)
            #expect(try Program.run(["compile", "huge.yaml", "--target", "loihi1", "-o", "out"], in: folder).status == 1)
        }
    }

    @Test func wrongUsageIsSixtyFour() throws {
        #expect(try Program.run(["compile"]).status == 64)
        #expect(try Program.run(["compile", "digits", "--target", "loihi1", "-o", "x", "--no-such-option"]).status == 64)
        #expect(try Program.run(["verify", "digits", "--target", "loihi1", "--samples", "0"]).status == 64)
        #expect(try Program.run(["bench", "emulator", "--layers", "1,x"]).status == 64)
    }

    @Test(arguments: [
        "compile", "train", "verify", "simulate", "draw", "inspect", "targets", "passes", "rules", "models", "bench", "schema",
    ])
    func everyCommandHasHelp(command: String) throws {
        let help = try Program.run(["help", command])
        #expect(help.status == 0 && help.output.contains("USAGE:"))
        if !["targets", "passes", "rules", "models"].contains(command) {
            #expect(help.output.contains("xamples:") || help.output.contains("xample:"))
        }
    }

    @Test(arguments: ["targets", "passes", "rules", "models"])
    func listsAreForMachinesToo(command: String) throws {
        try withTemporaryDirectory { folder in
            let file = "\(folder)/list.json"
            #expect(try Program.run([command, "--json", file]).status == 0)
            let entries = try #require(try JSONValue(file: file)[command]?.array)
            #expect(!entries.isEmpty && entries.allSatisfy { $0["name"]?.string != nil && $0["summary"]?.string != nil })
        }
    }

    @Test(arguments: ["network", "target"])
    func schemasAreJSON(kind: String) throws {
        let outcome = try Program.run(["schema", kind])
        #expect(try JSONValue(parsing: outcome.output, named: kind)["$schema"]?.string?.contains("json-schema.org") == true)
    }
}
