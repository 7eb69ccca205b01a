import Foundation
import Storage

/// Says that it is ready, then publishes trees at the given path, one after another, until it is killed.
@main
struct Main {
    static func main() throws {
        let destination = CommandLine.arguments[1]
        FileHandle.standardOutput.write(Data("ready\n".utf8))
        var version = 1
        while true {
            let tree = try AtomicDirectory(at: destination)
            try ByteFile.write("{\"spikewright\": 1}", to: tree.file("manifest.json"))
            for name in ["a", "b", "c"] { try ByteFile.write("\(version)", to: tree.file(name)) }
            try tree.publish()
            version += 1
        }
    }
}
