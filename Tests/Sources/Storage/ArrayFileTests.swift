import Diagnostics
import Storage
import Support
import Testing

@Suite struct ArrayFileTests {
    // MARK: npy

    @Test(arguments: HDF5Tests.arrays)
    func `npy comes back in its type and shape`(array: NumericArray) throws {
        let bytes = NPY.serialize(array)
        #expect(try NPY.parse(bytes, named: "a.npy") == array)
        #expect((bytes.count - array.bytes.count) % 64 == 0, "the values start at a multiple of 64, as numpy has it")
    }

    @Test func `npy is written as numpy writes it`() {
        // numpy.save of numpy.array([1, 2], dtype="<u2"), numpy 1.24.
        let header = "{'descr': '<u2', 'fortran_order': False, 'shape': (2,), }"
        let expected =
            [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
            + [UInt8](repeating: 0x20, count: 117 - header.utf8.count) + [0x0a, 1, 0, 2, 0]
        #expect(NPY.serialize(NumericArray([1, 2] as [UInt16])) == expected)
    }

    static func npy(_ header: String, _ values: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let length = header.utf8.count
        let size = [UInt8(length & 255), UInt8(length >> 8)] + (version == 1 ? [] : [0, 0])
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + size + Array(header.utf8) + values
    }

    @Test(arguments: [1, 2, 3] as [UInt8])
    func `npy of other machines and orders`(version: UInt8) throws {
        func read(_ header: String, _ values: [UInt8]) throws -> NumericArray {
            try NPY.parse(Self.npy(header, values, version: version), named: "a.npy")
        }
        #expect(
            try read("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }", [0, 1, 255, 255]) == NumericArray([1, -1] as [Int16]))
        #expect(
            try read("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", [1, 2, 3, 4, 5, 6])
                == NumericArray([1, 3, 5, 2, 4, 6] as [UInt8], shape: [2, 3]))
        #expect(
            try read("{\"shape\": (1, 2, 2), 'fortran_order': True,\n 'descr': \">u2\"}", [0, 1, 0, 2, 0, 3, 0, 4])
                == NumericArray([1, 3, 2, 4] as [UInt16], shape: [1, 2, 2]))
        #expect(try read("{'descr': '<f2', 'fortran_order': False, 'shape': (), }", [0x00, 0x3e]) == NumericArray(scalar: Float(1.5)))
        #expect(
            try read("{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }", [1, 0, 0, 0x7c, 0xff, 0x7b, 0, 0xc0])
                == NumericArray([0x1p-24, .infinity, 65504, -2] as [Float]))
        #expect(try read("{'descr': '|b1', 'fortran_order': False, 'shape': (2L,), }", [0, 1]) == NumericArray([false, true]))
    }

    @Test(arguments: [
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "only 8 bytes follow"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4), }", "only 8 bytes follow"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "no valid 'shape'"),
        ("{'descr': '<f4', 'fortran_order': 1, 'shape': (2,), }", "no valid 'fortran_order'"),
        ("{'descr': '<f4', 'shape': (2,), }", "no valid 'fortran_order'"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", "no valid 'descr'"),
        ("{'descr': '<f4', 'colour': 'red'}", "unknown key 'colour'"),
        ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "type '<c8'"),
        ("{'descr': 'O", "no valid 'descr'"), ("", "no dictionary"),
    ])
    func `faults in npy headers are named`(header: String, expected: String) throws {
        let error = #expect(throws: DiagnosticsError.self) {
            try NPY.parse(Self.npy(header, [0, 0, 0, 0, 0, 0, 0, 0]), named: "a.npy")
        }
        let message = try #require(error?.diagnostics.first?.message)
        #expect(message.contains(expected), "\(message)")
    }

    // MARK: idx

    @Test func `idx of every type`() throws {
        func read(_ code: UInt8, _ values: [UInt8], count: UInt8) throws -> NumericArray {
            try IDX.parse([0, 0, code, 1, 0, 0, 0, count] + values, named: "a")
        }
        #expect(try read(0x08, [1, 255], count: 2) == NumericArray([1, 255] as [UInt8]))
        #expect(try read(0x09, [1, 255], count: 2) == NumericArray([1, -1] as [Int8]))
        #expect(try read(0x0b, [1, 0], count: 1) == NumericArray([256] as [Int16]))
        #expect(try read(0x0c, [255, 255, 255, 254], count: 1) == NumericArray([-2] as [Int32]))
        #expect(try read(0x0d, [0x3f, 0x80, 0, 0], count: 1) == NumericArray([1] as [Float]))
        #expect(try read(0x0e, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0], count: 1) == NumericArray([1] as [Double]))
        #expect(
            try IDX.parse([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6], named: "a")
                == NumericArray([1, 2, 3, 4, 5, 6] as [UInt8], shape: [2, 3]))
    }

    @Test(
        arguments: [
            [], [0, 0, 8], [0, 1, 8, 1, 0, 0, 0, 0], [0, 0, 7, 1, 0, 0, 0, 0], [0, 0, 8, 2, 0, 0, 0, 1], [0, 0, 8, 1, 0, 0, 0, 2, 1],
            [0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3], [0, 0, 14, 3] + [UInt8](repeating: 255, count: 12) + [0],
        ] as [[UInt8]])
    func `malformed idx ends in a diagnostic`(bytes: [UInt8]) {
        #expect(identifiers { try IDX.parse(bytes, named: "a") } == ["storage-idx-malformed"])
    }

    // MARK: npz

    @Test func `npz of stored and deflated members`() throws {
        let stored = try NPZ(file: testsFolder + "/Golden/Storage/stored.npz")
        let packed = try NPZ(file: testsFolder + "/Golden/Storage/packed.npz")
        for archive in [stored, packed] {
            #expect(archive.names == ["weight", "bias"])
            #expect(try archive.array("weight") == NumericArray((0..<12).map { Float($0) / 4 }, shape: [3, 4]))
            #expect(try archive.array("bias") == NumericArray([-1, 0, 7] as [Int32]))
            #expect(identifiers { try archive.array("wieght") } == ["storage-npz-member"])
            #expect(identifiers { try archive.array() } == ["storage-npz-member"])
        }
        #expect(try ArrayFile.read(testsFolder + "/Golden/Storage/packed.npz", member: "bias").count == 3)
    }

    // MARK: csv

    @Test(
        arguments: [
            ("1,2\n3,4\n", nil), ("1;2\r\n3;4", nil), ("1 2\n3   4\n", nil), ("1\t2\n3\t4\n", nil), ("x,\"y z\"\n1,2\n3,4", ["x", "y z"]),
            ("# a note\n\n x ; y \n 1 ; 2 \n\n 3 ; 4 ", ["x", "y"]), ("\u{feff}1, 2\n3, 4", nil),
        ] as [(String, [String]?)])
    func `tables in many dresses`(text: String, header: [String]?) throws {
        let table = try CSV.parse(Array(text.utf8), named: "a.csv")
        #expect(table.values == [1, 2, 3, 4])
        #expect(table.columnCount == 2)
        #expect(table.rowCount == 2)
        #expect(table.header == header)
        #expect(table.column(1) == [2, 4])
        #expect(table.array == NumericArray([1, 2, 3, 4], shape: [2, 2]))
    }

    @Test func `numbers in tables`() throws {
        let table = try CSV.parse(Array("-1,0.5,1e3,-2.5E-2,123456789012345680,+7,-0".utf8), named: "a.csv")
        #expect(table.values == [-1, 0.5, 1000, -0.025, 123_456_789_012_345_680, 7, 0])
        #expect(table.array.elementType == .float64)
    }

    @Test(arguments: [
        ("1,2\n3\n", 2, 1, "this line has 1 cells, the first has 2"), ("1,2\n3,x\n", 2, 3, "cell 2 is 'x', not a number"),
        ("a,b\n1,\n", 2, 3, "cell 2 ('b') is empty"), ("1,nan\n", 1, 3, "cell 2 is 'nan', not a number"),
        ("1,2\n3,0x10", 2, 3, "cell 2 is '0x10', not a number"), ("", 1, 1, "it holds no table"),
        ("1,2\n3,inf", 2, 3, "cell 2 is 'inf', not a number"),
    ])
    func `faults in tables have a place`(text: String, line: Int, column: Int, expected: String) throws {
        let error = #expect(throws: DiagnosticsError.self) { try CSV.parse(Array(text.utf8), named: "a.csv") }
        let diagnostic = try #require(error?.diagnostics.first)
        #expect(diagnostic.message.hasSuffix(expected), "\(diagnostic.message)")
        #expect(diagnostic.place?.start == .init(line: line, column: column))
    }

    // MARK: Recognition

    @Test func `formats are recognised by their contents, packed or not`() throws {
        try withTemporaryDirectory { directory in
            let array = NumericArray([1, 2, 3, 4, 5, 6] as [UInt8], shape: [2, 3])
            let files: [(String, [UInt8])] = [
                ("npy", NPY.serialize(array)), ("idx", [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]),
                ("csv", Array("1,2,3\n4,5,6\n".utf8)),
            ]
            for (name, bytes) in files {
                try ByteFile.write(bytes, to: directory + "/plain." + name)
                try ByteFile.write(Gzip.pack(bytes), to: directory + "/packed." + name)
                for file in ["/plain.", "/packed."] {
                    let read = try ArrayFile.read(directory + file + name)
                    #expect(read.shape == [2, 3])
                    #expect(read.integers == [1, 2, 3, 4, 5, 6])
                }
            }
        }
    }
}
