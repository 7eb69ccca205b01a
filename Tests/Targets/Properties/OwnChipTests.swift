import Diagnostics
import Foundation
import FrontEnd
import Spikewright
import Storage
import Support
import Targets
import Testing

/// A user's own chip, by its description alone, as the documentation tells it.
@Suite struct OwnChipTests {
    private let example = Target("\(Golden.repository)/Documentation/Examples/hexapod.yaml")

    @Test func `the documented example compiles, verifies and draws`() throws {
        let model = try Model(at: "\(Golden.repository)/Models/digits.yaml")
        try withTemporaryDirectory { directory in
            var options = VerificationOptions()
            options.samples = 5
            options.attributesLoss = false
            options.artifact = "\(directory)/out"
            let report = try verify(model, on: example, options: options)
            // 6-bit weights move single spikes; counts stay near.
            let digit = try #require(report.populations.first { $0.name == "hidden" })
            #expect(digit.countCorrelation > 0.9, "\(report.text)")
            let picture = String(decoding: try draw("\(directory)/out", as: .dot), as: UTF8.self)
            #expect(picture.contains("digit"))
        }
    }

    @Test func `descriptions in the documentation are targets`() throws {
        let text = try ByteFile.readText("\(Golden.repository)/Documentation/HowToAddAChip.md")
        let blocks = text.components(separatedBy: "```yaml\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
        #expect(!blocks.isEmpty)
        for block in blocks {
            let chip = try readChip(text: block, file: "HowToAddAChip.md", library: chipLibrary)
            try family(of: chip).check(chip)
        }
    }

    @Test func `every table and key of the plain artifact is explained`() throws {
        let document = try ByteFile.readText("\(Golden.repository)/Documentation/Targets/plain-artifact.md")
        try withTemporaryDirectory { directory in
            try compile(try Model(at: "\(Golden.repository)/Models/digits.yaml"), for: example, at: "\(directory)/out")
            let manifest = try JSONValue(file: "\(directory)/out/manifest.json")
            for key in try #require(manifest.object).keys { #expect(document.contains("`\(key)`"), "'\(key)' is not explained") }
            let file = try HDF5File.open("\(directory)/out/cores.h5")
            for table in try file.members(of: "chip0/core0") {
                #expect(document.contains("`\(table)/"), "'\(table)' is not explained")
                for column in try file.members(of: "chip0/core0/\(table)") {
                    #expect(document.contains("`\(column)`") || document.contains("`\(table)/\(column)`"), "\(table)/\(column)")
                }
            }
        }
    }

    @Test func `what the machine cannot compute is refused by name before anything runs`() throws {
        let base = try chip(named: "loihi2")
        var wide = base
        wide.family = "plain"
        wide.fields = []
        wide.formats.weight.bits = [20]
        wide.formats.delay = 1...300
        let error = #expect(throws: DiagnosticsError.self) { try PlainFamily().check(wide) }
        #expect(error?.diagnostics.map(\.id) == ["target-range", "target-range", "target-range"])
        #expect(error?.diagnostics.first?.message.contains("formats.weight.bits") == true)

        var fielded = base
        fielded.family = "plain"
        #expect(throws: DiagnosticsError.self) { try PlainFamily().check(fielded) }
        try LoihiFamily().check(base)
    }
}
