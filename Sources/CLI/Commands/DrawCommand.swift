public import ArgumentParser
import Foundation
public import Spikewright

struct DrawCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draw", abstract: "Draw where a compiled network lies on its chip.",
        discussion: """
            Cores stand in their place, coloured by their fullest capacity; links are as wide as their load. In a browser, the SVG tells
            of each core what it holds.

            Examples:
              spikewright draw out -o placement.svg
              spikewright draw out -f png -o placement.png
            """)

    @Argument(help: "The folder of an artifact.")
    var artifact: String

    @Option(name: .shortAndLong, help: "svg, png or dot; by the ending of the output unless given.")
    var format: DrawingFormat?

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write; standard output unless given.", valueName: "file"))
    var output: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard let output, format == nil, named == nil else { return }
        let endings = DrawingFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("'\(output)' ends in no format that there is: name one with --format, or end it in one of \(endings)")
    }

    func run() throws {
        let drawing = try draw(artifact, as: format ?? named ?? .svg)
        if let output {
            try writeFile(drawing, to: output)
        } else {
            FileHandle.standardOutput.write(drawing)
        }
        if common.json != nil { try answer("", try placement(in: artifact).json, common) }
    }

    /// The format that the ending of the output names.
    private var named: DrawingFormat? { output.flatMap { DrawingFormat(rawValue: URL(filePath: $0).pathExtension.lowercased()) } }
}

extension DrawingFormat: ExpressibleByArgument {}
