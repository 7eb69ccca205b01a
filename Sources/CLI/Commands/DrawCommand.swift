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

    func run() throws {
        let named = output.flatMap { DrawingFormat(rawValue: URL(filePath: $0).pathExtension) }
        let drawing = try draw(artifact, as: format ?? named ?? .svg)
        if let output {
            try writeFile(drawing, to: output)
        } else {
            FileHandle.standardOutput.write(drawing)
        }
        try writeJSON(try placement(in: artifact).json, to: common.json)
    }
}

extension DrawingFormat: ExpressibleByArgument {}
