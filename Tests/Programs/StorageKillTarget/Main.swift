import Foundation
import Storage

/// Publishes trees at the given path, one after another, until it is killed, and writes one byte for each.
@main
struct Main {
    static func main() throws {
        let destination = CommandLine.arguments[1]
        var version = 1
        while true {
            let tree = try AtomicDirectory(at: destination)
            try ByteFile.write("{\"spikewright\": 1}", to: tree.file("manifest.json"))
            for name in ["a", "b", "c"] { try ByteFile.write("\(version)", to: tree.file(name)) }
            try tree.publish()
            FileHandle.standardOutput.write(Data([0x2e]))
            version += 1
        }
    }
}
