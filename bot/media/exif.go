package media

import (
	"bytes"
	"encoding/binary"
)

// orientation reads how a camera held a JPEG (EXIF tag 0x0112, JEITA CP-3451):
// 1 to 8, and 1 whenever it cannot be read.
func orientation(jpeg []byte) int {
	app1 := exifSegment(jpeg)
	if len(app1) < 14 {
		return 1
	}
	tiff := app1[6:]
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(tiff, []byte("II")) {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:8]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at : at+2]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == 0x0112 {
			if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}

// exifSegment finds the APP1 segment that holds EXIF.
func exifSegment(jpeg []byte) []byte {
	for p := 2; p+4 <= len(jpeg) && jpeg[p] == 0xff; {
		marker, size := jpeg[p+1], int(binary.BigEndian.Uint16(jpeg[p+2:]))
		if marker == 0xda || size < 2 || p+2+size > len(jpeg) {
			return nil
		}
		body := jpeg[p+4 : p+2+size]
		if marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return body
		}
		p += 2 + size
	}
	return nil
}
