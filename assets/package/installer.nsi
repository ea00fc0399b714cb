; The installer for Windows: for one user, without an administrator.
;
;   makensis -DVERSION=… -DNUMBERS=… -DFILES=folder -DICON=file -DSETUP=file installer.nsi
;
; Beside the usual switches of NSIS (/S silent, /D=folder, last) it knows
;   /LOGIN=1  start TokenTray at login      /PATH=1  put the folder into PATH
; and the uninstaller knows
;   /DATA=1   remove the accounts too (silent only; else it asks)
;
; New files are unpacked beside the old ones and take their places together: a full
; disk in the middle leaves the old version as it was.

Unicode true
Target amd64-unicode ; the default stub is a 32-bit program

!include MUI2.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include WinMessages.nsh

!define KEY "Software\TokenTray"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\TokenTray"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"

Name "TokenTray"
BrandingText "TokenTray ${VERSION}"
OutFile "${SETUP}"
InstallDir "$LOCALAPPDATA\Programs\TokenTray"
InstallDirRegKey HKCU "${KEY}" "Folder"
RequestExecutionLevel user
SetCompressor /SOLID lzma
ManifestDPIAware true
ManifestLongPathAware true
AllowSkipFiles off
ShowInstDetails nevershow
ShowUninstDetails nevershow
XPStyle on

VIProductVersion "${NUMBERS}"
VIAddVersionKey /LANG=0 "ProductName" "TokenTray"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileDescription" "TokenTray installer"
VIAddVersionKey /LANG=0 "LegalCopyright" "MIT License"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_NODESC
!define MUI_FINISHPAGE_RUN "$INSTDIR\tokentray-window.exe"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"

LangString needed ${LANG_ENGLISH} "TokenTray"
LangString needed ${LANG_SIMPCHINESE} "TokenTray"
LangString atLogin ${LANG_ENGLISH} "Start at login"
LangString atLogin ${LANG_SIMPCHINESE} "登录时启动"
LangString inPath ${LANG_ENGLISH} "Add to PATH, for the command line"
LangString inPath ${LANG_SIMPCHINESE} "加入 PATH，便于在命令行使用"
LangString running ${LANG_ENGLISH} "The TokenTray installer runs already. Finish it first."
LangString running ${LANG_SIMPCHINESE} "TokenTray 安装程序已在运行，请先完成它。"
LangString busy ${LANG_ENGLISH} "The running TokenTray did not end. Quit it from its tray icon and start the installer again; nothing was changed."
LangString busy ${LANG_SIMPCHINESE} "正在运行的 TokenTray 没有退出。请从托盘图标退出它，再重新运行安装程序；未作任何更改。"
LangString failed ${LANG_ENGLISH} "Not every file could be written, perhaps because the disk is full. What was installed before is as it was."
LangString failed ${LANG_SIMPCHINESE} "有文件无法写入，可能是磁盘已满。原先安装的版本保持不变。"
LangString longPath ${LANG_ENGLISH} "PATH is too long to be changed safely. Add this folder yourself: $INSTDIR"
LangString longPath ${LANG_SIMPCHINESE} "PATH 过长，无法安全修改。请自行加入此文件夹：$INSTDIR"
LangString data ${LANG_ENGLISH} "Remove the accounts, tokens, AppSecrets and settings too? This cannot be undone."
LangString data ${LANG_SIMPCHINESE} "是否同时删除账号、token、AppSecret 和设置？此操作无法撤销。"

Var wasRunning

; One at a time: the mutex lives as long as this process.
!macro onlyOne
	System::Call 'kernel32::CreateMutexW(p 0, i 0, w "TokenTrayInstaller") p .r0 ?e'
	Pop $1
	${If} $1 = 183 ; ERROR_ALREADY_EXISTS
		MessageBox MB_OK|MB_ICONEXCLAMATION "$(running)" /SD IDOK
		SetErrorLevel 3
		Quit
	${EndIf}
!macroend

; Ends the agent and the window of this installation. $wasRunning tells whether an
; agent ran, $0 is 0 unless it would not end.
!macro stopAgent
	StrCpy $wasRunning 0
	StrCpy $0 0
	${If} ${FileExists} "$INSTDIR\tokentray.exe"
		nsExec::Exec '"$INSTDIR\tokentray.exe" status'
		Pop $1
		${If} $1 == 0
			StrCpy $wasRunning 1
			nsExec::Exec '"$INSTDIR\tokentray.exe" stop'
			Pop $0
		${EndIf}
	${EndIf}
!macroend

; A program that was just told to end needs a moment. One that goes on, as an AI
; client's does, is moved out of the way, which Windows allows, and deleted later.
!macro takeAway FILE
	Delete "$INSTDIR\${FILE}"
	${For} $2 1 50
		${IfNot} ${FileExists} "$INSTDIR\${FILE}"
			${ExitFor}
		${EndIf}
		Sleep 200
		Delete "$INSTDIR\${FILE}"
	${Next}
	${If} ${FileExists} "$INSTDIR\${FILE}"
		GetTempFileName $1 "$INSTDIR"
		Delete $1
		Rename "$INSTDIR\${FILE}" "$1"
		Delete /REBOOTOK "$1"
	${EndIf}
!macroend

!macro place FILE
	!insertmacro takeAway "${FILE}"
	Rename "$INSTDIR\new\${FILE}" "$INSTDIR\${FILE}"
!macroend

Function .onInit
	!insertmacro onlyOne
	${GetParameters} $R0
	ClearErrors
	${GetOptions} $R0 "/LOGIN=" $R1
	${IfNot} ${Errors}
	${AndIf} $R1 == 1
		SectionSetFlags 1 1
	${EndIf}
	ClearErrors
	${GetOptions} $R0 "/PATH=" $R1
	${IfNot} ${Errors}
	${AndIf} $R1 == 1
		SectionSetFlags 2 1
	${EndIf}
FunctionEnd

Function startAgain
	${If} $wasRunning = 1
		Exec '"$INSTDIR\tokentray-window.exe" --agent-only'
	${EndIf}
FunctionEnd

Function .onInstFailed
	SetOutPath "$TEMP" ; a folder that is the current one cannot be removed
	RMDir /r "$INSTDIR\new"
	RMDir "$INSTDIR" ; only when there was nothing before
	MessageBox MB_OK|MB_ICONSTOP "$(failed)" /SD IDOK
	SetErrorLevel 2
FunctionEnd

Section "!$(needed)"
	SectionIn RO
	RMDir /r "$INSTDIR\new"
	SetOutPath "$INSTDIR\new"
	File /r "${FILES}/*"
	WriteUninstaller "$INSTDIR\new\uninstall.exe"
	SetOutPath "$INSTDIR"

	!insertmacro stopAgent
	${If} $0 != 0
		RMDir /r "$INSTDIR\new"
		MessageBox MB_OK|MB_ICONSTOP "$(busy)" /SD IDOK
		SetErrorLevel 4
		Quit
	${EndIf}

	!insertmacro place "tokentray.exe"
	!insertmacro place "tokentray-window.exe"
	!insertmacro place "tokentray-mcp.exe"
	!insertmacro place "uninstall.exe"
	RMDir /r "$INSTDIR\doc"
	Rename "$INSTDIR\new\doc" "$INSTDIR\doc"
	RMDir "$INSTDIR\new"

	CreateShortcut "$SMPROGRAMS\TokenTray.lnk" "$INSTDIR\tokentray-window.exe"
	WriteRegStr HKCU "${KEY}" "Folder" "$INSTDIR"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "TokenTray"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\tokentray-window.exe"
	WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The TokenTray authors"
	WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
	WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
	WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
	WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
	WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
	${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
	WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0
	Call startAgain
SectionEnd

; The same entry as the program's own setting writes.
Section /o "$(atLogin)"
	WriteRegStr HKCU "${RUN}" "TokenTray" '"$INSTDIR\tokentray-window.exe" --agent-only'
SectionEnd

; Strings of NSIS end at NSIS_MAX_STRLEN characters. A PATH that would be cut is left
; alone.
Section /o "$(inPath)"
	System::Call 'advapi32::RegGetValueW(p 0x80000001, w "Environment", w "Path", i 0x10000006, p 0, p 0, *i .r1) i .r0'
	StrLen $2 "$INSTDIR"
	IntOp $1 $1 / 2
	IntOp $1 $1 + $2
	IntOp $1 $1 + 2
	${If} $0 = 0
	${AndIf} $1 >= ${NSIS_MAX_STRLEN}
		MessageBox MB_OK|MB_ICONEXCLAMATION "$(longPath)" /SD IDOK
	${Else}
		ReadRegStr $0 HKCU "Environment" "Path"
		Push $0
		Push "$INSTDIR"
		Call without
		Pop $0
		${If} $0 != ""
			StrCpy $0 "$0;"
		${EndIf}
		WriteRegExpandStr HKCU "Environment" "Path" "$0$INSTDIR"
		SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
	${EndIf}
SectionEnd

; without takes a folder out of a list of folders: Push LIST, Push FOLDER, Call
; without, Pop LIST.
!macro without UN
Function ${UN}without
	Exch $1 ; the folder
	Exch
	Exch $0 ; the list
	Push $2 ; what is kept
	Push $3 ; one part
	Push $4 ; its length
	Push $5 ; one character
	StrCpy $2 ""
	${Do}
		StrCpy $4 0
		${Do}
			StrCpy $5 $0 1 $4
			${If} $5 == ";"
			${OrIf} $5 == ""
				${ExitDo}
			${EndIf}
			IntOp $4 $4 + 1
		${Loop}
		StrCpy $3 $0 $4
		${If} $3 != ""
		${AndIf} $3 != $1
			${If} $2 != ""
				StrCpy $2 "$2;"
			${EndIf}
			StrCpy $2 "$2$3"
		${EndIf}
		${If} $5 == ""
			${ExitDo}
		${EndIf}
		IntOp $4 $4 + 1
		StrCpy $0 $0 "" $4
	${Loop}
	StrCpy $0 $2
	Pop $5
	Pop $4
	Pop $3
	Pop $2
	Exch $0
	Exch
	Pop $1
FunctionEnd
!macroend
!insertmacro without ""
!insertmacro without "un."

Function un.onInit
	!insertmacro onlyOne
FunctionEnd

Section "Uninstall"
	; The accounts are kept unless somebody asks for their removal.
	SetOutPath "$TEMP"
	StrCpy $R2 0
	${GetParameters} $R0
	ClearErrors
	${GetOptions} $R0 "/DATA=" $R1
	${IfNot} ${Errors}
		StrCpy $R2 $R1
	${EndIf}
	IfSilent asked
	MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(data)" IDNO asked
	StrCpy $R2 1
asked:
	${If} $R2 == 1
		nsExec::Exec '"$INSTDIR\tokentray.exe" reset --yes'
		Pop $0
		${If} $0 != 0
			MessageBox MB_OK|MB_ICONSTOP "$(busy)" /SD IDOK
			SetErrorLevel 4
			Quit
		${EndIf}
	${EndIf}
	!insertmacro stopAgent
	${If} $0 != 0
		MessageBox MB_OK|MB_ICONSTOP "$(busy)" /SD IDOK
		SetErrorLevel 4
		Quit
	${EndIf}

	!insertmacro takeAway "tokentray.exe"
	!insertmacro takeAway "tokentray-window.exe"
	!insertmacro takeAway "tokentray-mcp.exe"
	Delete "$INSTDIR\uninstall.exe"
	RMDir /r "$INSTDIR\doc"
	RMDir /r "$INSTDIR\new"
	RMDir "$INSTDIR"
	${If} $R2 == 1 ; the log, where another program held it
		${For} $2 1 50
			Delete "$LOCALAPPDATA\TokenTray\tokentray.log"
			RMDir "$LOCALAPPDATA\TokenTray"
			${IfNot} ${FileExists} "$LOCALAPPDATA\TokenTray\tokentray.log"
				${ExitFor}
			${EndIf}
			Sleep 200
		${Next}
	${EndIf}
	Delete "$SMPROGRAMS\TokenTray.lnk"

	; Another copy's entry stays.
	ReadRegStr $0 HKCU "${RUN}" "TokenTray"
	StrLen $1 '"$INSTDIR\'
	StrCpy $2 $0 $1
	StrLen $3 "$INSTDIR\"
	StrCpy $4 $0 $3
	${If} $2 == '"$INSTDIR\'
	${OrIf} $4 == "$INSTDIR\"
		DeleteRegValue HKCU "${RUN}" "TokenTray"
	${EndIf}
	System::Call 'advapi32::RegGetValueW(p 0x80000001, w "Environment", w "Path", i 0x10000006, p 0, p 0, *i .r1) i .r0'
	IntOp $1 $1 / 2
	${If} $0 = 0
	${AndIf} $1 < ${NSIS_MAX_STRLEN}
		ReadRegStr $0 HKCU "Environment" "Path"
		Push $0
		Push "$INSTDIR"
		Call un.without
		Pop $1
		${If} $1 != $0
			${If} $1 == ""
				DeleteRegValue HKCU "Environment" "Path"
			${Else}
				WriteRegExpandStr HKCU "Environment" "Path" "$1"
			${EndIf}
			SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
		${EndIf}
	${EndIf}
	; What an agent that crashed left of its notifications.
	DeleteRegKey HKCU "Software\Classes\AppUserModelId\io.tokentray.TokenTray"
	DeleteRegKey HKCU "Software\Classes\CLSID\{2F9D1C86-7B15-4E0A-9C3D-51E80B64AF27}"
	DeleteRegKey HKCU "${UNINSTALL}"
	DeleteRegKey HKCU "${KEY}"
SectionEnd
