/// A stretch of a user's file, so that a message can point at it.
///
/// Lines and columns count from 1; columns count characters (Unicode scalars), `end` is exclusive.
public struct SourceRange: Hashable, Sendable {
    public struct Position: Hashable, Sendable, Comparable {
        public var line: Int
        public var column: Int

        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        public static func < (left: Position, right: Position) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    /// The file as the user named it.
    public var file: String
    public var start: Position
    public var end: Position

    public init(file: String, start: Position, end: Position) {
        self.file = file
        self.start = start
        self.end = end
    }
}
