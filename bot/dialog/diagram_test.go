package dialog_test

import (
	"fmt"

	"redthread/bot/dialog"
)

func ExampleDiagram() {
	fmt.Print(dialog.Diagram(tallyFlow, complaintFlow))
	// Output:
	// stateDiagram-v2
	//   state "tally" as tally {
	//     state "tells" as tally__tells
	//     [*] --> tally__tells
	//     tally__tells --> [*]
	//   }
	//   state "complaint" as complaint {
	//     state "kind" as complaint__kind
	//     state "story" as complaint__story
	//     state "proof" as complaint__proof
	//     state "wish" as complaint__wish
	//     state "confirm" as complaint__confirm
	//     [*] --> complaint__kind
	//     complaint__kind --> complaint__story
	//     complaint__story --> complaint__proof
	//     complaint__proof --> complaint__wish
	//     complaint__wish --> complaint__confirm
	//     complaint__wish --> complaint__confirm : skip
	//     complaint__confirm --> [*]
	//     complaint__confirm --> complaint__story : may
	//     complaint__confirm --> complaint__kind : may
	//   }
}
